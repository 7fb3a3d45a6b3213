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
        const node = walker.currentNode;
        if (node.nodeValue !== node.said) node.heard = node.nodeValue;
        node.said = say(node.heard);
        if (node.nodeValue !== node.said) node.nodeValue = node.said;
      }
    }
  };
  // One watcher a page: the language may change while it is open.
  window.memberdeskDropzone?.disconnect();
  window.memberdeskDropzone = new MutationObserver(speak);
  window.memberdeskDropzone.observe(document.body, { childList: true, subtree: true });
  speak();
}
"""
_speaker = st.components.v2.component("memberdesk_dropzone", js=_SCRIPT)


def speak_dropzone() -> None:
    """Call it once on a page with a box for files."""
    words = {"upload": t("dropzone.upload"), "limit": t("dropzone.limit", size="{size}"), "drop": t("dropzone.drop")}
    _speaker(data=words, key="dropzone:words", height="content")
