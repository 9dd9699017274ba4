"""The response beside the result: raw, and with options for one call."""

from openai import OpenAI

client = OpenAI(timeout=20.0, max_retries=3)
QUESTION = [{"role": "user", "content": "Hello"}]

response = client.chat.completions.with_raw_response.create(model="openai/gpt-4o", messages=QUESTION)
print(response.status_code, response.headers["content-type"], response.headers.get("X-Request-Id"))
print(response.headers.get("x-ratelimit-remaining-requests"), response.request_id)
print(response.parse().choices[0].message.content)

quick = client.with_options(timeout=5.0, max_retries=0)
print(quick.max_retries, client.max_retries)
print(quick.chat.completions.create(model="openai/gpt-4o", messages=QUESTION).choices[0].message.content)

completion = client.chat.completions.create(
    model="openai/gpt-4o",
    messages=QUESTION,
    timeout=3,
    extra_headers={"X-Trace": "7"},
    extra_query={"debug": "true"},
    extra_body={"vendor_field": {"deep": [1, 2]}},
)
print(completion.choices[0].message.content)
