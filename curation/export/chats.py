"""A conversation as a chat to train on: user and assistant in turn, the user first, the assistant last."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, Literal, TypeAlias

from agents.dialogue import Speaker
from curation.export.help_pages import HelpPages
from curation.export.request import Request
from curation.export.sources import Source
from curation.export.system_prompt import GREETING, agent_prompt, customer_prompt
from orchestrator.transcript import Transcript, TurnRecord

Role: TypeAlias = Literal["system", "user", "assistant"]

SYSTEM: Final = "system"
USER: Final = "user"
ASSISTANT: Final = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Chats:
    """Makes chats as `request` says; `pages` where passages were asked for."""

    request: Request
    pages: HelpPages | None = None

    def messages(self, source: Source, transcript: Transcript) -> list[Message]:
        """Return the chat. Messages of one side in a row become one, and what nobody answers at the end is left out.

        Flipped, it begins with a greeting that nobody said: the customer opens a conversation, and a chat begins with
        the user.
        """
        learner = Speaker.CUSTOMER if self.request.flip else Speaker.AGENT
        chat: list[Message] = []
        for speaker, turns in groupby(_spoken(transcript), key=lambda turn: turn.speaker):
            said = list(turns)
            text = "\n".join(turn.text.strip() for turn in said)
            if speaker is not learner:
                chat.append(Message(USER, text))
                continue
            if not chat and self.request.flip:
                chat.append(Message(USER, GREETING))
            if chat:
                chat[-1] = self._with_passages(chat[-1], source, transcript, said)
                chat.append(Message(ASSISTANT, text))
        if chat and chat[-1].role == USER:
            del chat[-1]
        return [*self._system(source, transcript), *chat]

    def _with_passages(
        self, question: Message, source: Source, transcript: Transcript, answer: list[TurnRecord]
    ) -> Message:
        if self.pages is None:
            return question
        passages = dict.fromkeys(text for turn in answer for text in self.pages.cited(source, transcript, turn))
        if not passages:
            return question
        return Message(USER, "\n".join([question.content, "", "Help pages:", *passages]))

    def _system(self, source: Source, transcript: Transcript) -> list[Message]:
        if not self.request.system:
            return []
        config: Mapping[str, Any] = source.configs.get(transcript.scenario, {})
        prompt = customer_prompt if self.request.flip else agent_prompt
        return [Message(SYSTEM, prompt(transcript, config))]


def _spoken(transcript: Transcript) -> list[TurnRecord]:
    return [turn for turn in transcript.turns if turn.text.strip()]
