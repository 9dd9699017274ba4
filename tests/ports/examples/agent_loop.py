"""A loop over an agent and its functions, with one agent handing over to another."""

import copy
import inspect
import json
from dataclasses import dataclass, field

from openai import OpenAI

KINDS = {str: "string", int: "integer", float: "number", bool: "boolean"}


@dataclass
class Agent:
    name: str
    instructions: str
    functions: list = field(default_factory=list)
    model: str = "openai/gpt-4o"
    tool_choice: str | None = None
    parallel_tool_calls: bool = True


def described(function):
    parameters = inspect.signature(function).parameters
    return {
        "type": "function",
        "function": {
            "name": function.__name__,
            "description": function.__doc__ or "",
            "parameters": {
                "type": "object",
                "properties": {name: {"type": KINDS[each.annotation]} for name, each in parameters.items()},
                "required": list(parameters),
            },
        },
    }


def refund(item: str, amount: int) -> str:
    """Give the money for an item back."""
    return f"{amount} euros for the {item}"


def to_sales() -> Agent:
    """Hand the conversation over to sales."""
    return sales


sales = Agent("sales", "You sell things.")
support = Agent("support", "You help people.", [refund, to_sales])
client = OpenAI()


def run(agent: Agent, messages: list, max_turns: int = 6) -> list:
    history = copy.deepcopy(messages)
    for _ in range(max_turns):
        tools = [described(function) for function in agent.functions]
        asked = {
            "model": agent.model,
            "messages": [{"role": "system", "content": agent.instructions}, *history],
            "tools": tools or None,
            "tool_choice": agent.tool_choice,
            "stream": False,
            "stop": None,
        }
        if tools:
            asked["parallel_tool_calls"] = agent.parallel_tool_calls
        message = client.chat.completions.create(**asked).choices[0].message
        print(f"{agent.name}: {message.content}")
        # As text and back, so that nothing but JSON is kept.
        history.append(json.loads(message.model_dump_json(exclude_none=True)))
        if not message.tool_calls:
            break
        functions = {function.__name__: function for function in agent.functions}
        for call in message.tool_calls:
            name = call.function.name
            if name not in functions:
                result = f"there is no {name}"
            else:
                result = functions[name](**json.loads(call.function.arguments))
            if isinstance(result, Agent):
                agent, result = result, json.dumps({"assistant": result.name})
            print(f"  {name}({call.function.arguments}) -> {result}")
            history.append({"role": "tool", "tool_call_id": call.id, "content": result})
    return history


history = run(support, [{"role": "user", "content": "The lamp is broken. Money back, and a new one!"}])
print([message["role"] for message in history])
