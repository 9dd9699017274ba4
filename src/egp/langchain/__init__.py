"""The chat model of LangChain; needs the extra `langchain`.

    from egp.langchain import ChatEGP

    model = ChatEGP(model="openai/gpt-4o")
    model.invoke("Why is the sky blue?").content

Its keywords are those of `create()` and of the client.
"""

from egp._extras import missing_extra

try:
    import langchain_core as _  # noqa: F401
except ImportError:
    raise missing_extra("langchain_core", "langchain", "egp.langchain") from None

from egp.langchain.chat_model import ChatEGP

__all__ = ["ChatEGP"]
