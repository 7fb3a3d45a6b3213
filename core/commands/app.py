"""All commands under one root."""

import typer

from core.commands import (
    bench,
    benefits,
    campaigns,
    cohorts,
    explain,
    imports,
    lifecycle,
    lifetime,
    products,
    regions,
    rules,
    segments,
    show,
    store,
    traffic,
)
from core.commands.shop import Commands
from core.commands.words import help_of

app = typer.Typer(
    cls=Commands,
    help=help_of("root"),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # a traceback must not show the values of personal data
)
benefits.add_to(show.app)
cohorts.add_to(show.app)
regions.add_to(show.app)
lifecycle.add_to(show.app)
lifetime.add_to(show.app)
products.add_to(show.app)
traffic.add_to(imports.app)
for name, noun in (
    ("import", imports.app),
    ("show", show.app),
    ("explain", explain.app),
    ("segment", segments.app),
    ("rules", rules.app),
    ("campaign", campaigns.app),
):
    app.add_typer(noun, name=name, help=help_of(name), no_args_is_help=True)
for command in (store.demo, store.refresh, store.verify, store.backup, store.restore):
    app.command(help=help_of(command.__name__))(command)
app.command(help=help_of("bench"))(bench.bench)
