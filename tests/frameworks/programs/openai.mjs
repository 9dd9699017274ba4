const model = "openai/gpt-4o";
const hello = [{ role: "user", content: "Hello there" }];
const city = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const tools = [{ type: "function", function: { name: "get_weather", parameters: city } }];
const person = {
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer" } },
  required: ["name", "age"],
};
const ask = (options) => client.chat.completions.create({ model, messages: hello, ...options });

const whole = await ask({});
let streamed = "";
for await (const chunk of await ask({ stream: true })) {
  streamed += chunk.choices[0]?.delta?.content ?? "";
}
const messages = [{ role: "user", content: "How is the weather in Oslo?" }];
const asked = (await ask({ messages, tools })).choices[0].message;
const call = asked.tool_calls[0];
messages.push(asked, { role: "tool", tool_call_id: call.id, content: "sunny" });
const answered = await ask({ messages, tools });
const format = { type: "json_schema", json_schema: { name: "person", schema: person } };
const structured = await ask({ response_format: format });

console.log(
  JSON.stringify({
    whole: whole.choices[0].message.content,
    streamed,
    tool: JSON.parse(call.function.arguments),
    after_the_tool: answered.choices[0].message.content,
    structured: JSON.parse(structured.choices[0].message.content),
  }),
);
