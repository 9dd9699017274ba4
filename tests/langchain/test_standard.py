"""The tests that LangChain has for every chat model, against the local server."""

import pytest
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from egp.langchain import ChatEGP

PARAMETERS = {"model": "openai/gpt-4o"}


class TestUnit(ChatModelUnitTests):
    @property
    def chat_model_class(self):
        return ChatEGP

    @property
    def chat_model_params(self):
        return {**PARAMETERS, "api_key": "a-key-of-tests"}

    @property
    def init_from_env_params(self):
        return {"EGP_API_KEY": "a-key-of-tests"}, PARAMETERS, {"model": "openai/gpt-4o"}

    @pytest.mark.xfail(reason="LangChain reads back its own classes alone, unless the caller names others")
    def test_serdes(self, model, snapshot):
        super().test_serdes(model, snapshot)

    @pytest.fixture(autouse=True)
    def without_addresses(self, monkeypatch):
        for name in ("EGP_BASE_URL", "SGP_CLIENT_BASE_URL", "EGP_ACCOUNT_ID", "SGP_ACCOUNT_ID"):
            monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("capable_server")
class TestIntegration(ChatModelIntegrationTests):
    @property
    def chat_model_class(self):
        return ChatEGP

    @property
    def chat_model_params(self):
        return PARAMETERS

    @property
    def model_override_value(self):
        return "openai/gpt-4o-mini"

    @property
    def supports_json_mode(self):
        return True

    @property
    def supports_image_inputs(self):
        return True

    @property
    def supports_image_urls(self):
        return True

    @property
    def supports_image_tool_message(self):
        return True

    @property
    def supports_pdf_inputs(self):
        return True

    @property
    def supports_pdf_tool_message(self):
        return True

    @property
    def supports_audio_inputs(self):
        return True

    @property
    def supports_anthropic_inputs(self):
        return True


@pytest.mark.usefixtures("capable_server")
class TestIntegrationByTool(TestIntegration):
    """The same, with structured output by a tool that must be called."""

    @property
    def structured_output_kwargs(self):
        return {"method": "function_calling"}
