"""The box for files in the owner's language: Streamlit has its three texts in English only."""

import streamlit as st

from pages.ui.runtime import t

# Changes the text of what is drawn, nothing else; where Streamlit's own words change, they stay as they are.
_SCRIPT = """
export default function ({ data }) {
  const say = (text) => {
    if (text === "Upload") return data.upload;
    if (/^Drag and drop/.test(text)) return data.drop;
    const limit = text.match(/^(\\S+) per file$/);
    return limit ? data.limit.replace("{size}", limit[1]) : text;
  };
  const speak = () => {
    for (const box of document.querySelectorAll('[data-testid="stFileUploader"]')) {
      const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const said = say(walker.currentNode.nodeValue);
        if (said !== walker.currentNode.nodeValue) walker.currentNode.nodeValue = said;
      }
    }
  };
  const watcher = new MutationObserver(speak);
  watcher.observe(document.body, { childList: true, subtree: true });
  speak();
  return () => watcher.disconnect();
}
"""
_speaker = st.components.v2.component("memberdesk_dropzone", js=_SCRIPT)


def speak_dropzone() -> None:
    """Call it once on a page with a box for files."""
    words = {"upload": t("dropzone.upload"), "limit": t("dropzone.limit", size="{size}"), "drop": t("dropzone.drop")}
    _speaker(data=words, key="dropzone:words", height="content")
