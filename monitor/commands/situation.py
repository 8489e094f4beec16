"""python -m monitor situation new: a commented file for a new situation, from a few answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from monitor import writing
from monitor.settings import load

app = typer.Typer(no_args_is_help=True, help="The situations that are followed.")
T = TypeVar("T")
Texts = Annotated[list[str] | None, typer.Option(help="Countries by name or code, with commas between; may be repeated.")]
Words = Annotated[list[str] | None, typer.Option(help="'ar: word, word', without a language English; may be repeated.")]


@app.callback()
def about() -> None:
    """The situations that are followed."""


@app.command("new")
def new_situation(
    id_: Annotated[str | None, typer.Option("--id", help="Small letters, digits and -; becomes the file's name.")] = None,
    name: Annotated[str | None, typer.Option(help="As people read it.")] = None,
    about: Annotated[str | None, typer.Option(help="One sentence below the name.")] = None,
    origin: Texts = None,
    host: Texts = None,
    people: Words = None,
    place: Words = None,
) -> None:
    """Write a commented situation file from a few answers. Without options it asks for them; with options it asks nothing."""
    folder = load().seeds_dir / "situations"
    ask = not any((id_, name, about, origin, host, people, place))
    chosen = _answer(ask, "--id", id_, "Id (small letters, digits and -)", writing.situation_id)
    title = _answer(ask, "--name", name, "Name", writing.line)
    answers = writing.Answers(
        chosen,
        title,
        _answer(ask, "--about", about, "About, in one sentence", writing.line, title),
        _answer(ask, "--origin", origin, "Countries of origin, by name or code, with commas between", writing.countries),
        _answer(ask, "--host", host, "Countries of asylum (Enter: none)", writing.countries_of_asylum, ""),
        _answer(ask, "--people", people, "Words for people", writing.terms, ", ".join(writing.PEOPLE)),
        _answer(ask, "--place", place, "Words for places (Enter: the countries of origin)", writing.terms, ""),
    )
    typer.echo(f"Written: {writing.write(folder, answers)}")
    typer.echo("Open it: every block says what it is for. Headline figures and news are begun, rules are yours to make.")
    typer.echo(f"Then `python -m monitor refresh --situation {chosen}`; a page that is open shows it after a restart.")


def _answer(
    ask: bool, option: str, given: str | list[str] | None, question: str, read: Callable[[list[str]], T], default: str | None = None
) -> T:
    """The answer as it is understood: of the option, else asked for until it can be understood, else the default."""

    def understood(answer: str | list[str]) -> T:
        try:
            return read([answer] if isinstance(answer, str) else answer)
        except ValueError as error:
            raise typer.BadParameter(f"{option}: {error}") from None

    if not ask:
        if not given and default is None:
            raise typer.BadParameter(f"{option} is missing (without any option, the answers are asked for)")
        return understood(given or default or "")
    try:
        answer: T = typer.prompt(question, default=default, value_proc=understood)
    except typer.Abort as abort:
        if not isinstance(abort.__context__, EOFError):
            raise
        raise typer.BadParameter(f"{option} is missing, and there is nobody to ask: give the answers as options") from None
    return answer
