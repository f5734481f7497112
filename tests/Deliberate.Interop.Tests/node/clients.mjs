// Scripted conversations of a server's users: each client of OpenAI's interface does what its own documentation shows, and says what came.
// usage: node clients.mjs BASE MODEL [CLIENT...]; a line of JSON for each client.
const [base, model, ...only] = process.argv.slice(2);
const apiKey = 'none';
const schema = { type: 'object', properties: { city: { type: 'string', maxLength: 20 }, degrees: { type: 'integer', minimum: 0, maximum: 99 } }, required: ['city', 'degrees'], additionalProperties: false };
const expect = (value, what) => { if (!value) throw new Error(`expected ${what}`); };

const clients = {
  async openai() {
    const { default: OpenAI, NotFoundError } = await import('openai');
    const client = new OpenAI({ baseURL: base, apiKey });
    const messages = [{ role: 'developer', content: 'Be brief.' }, { role: 'user', content: 'What is the capital of France?' }];
    const whole = await client.chat.completions.create({ model, messages, temperature: 0, max_completion_tokens: 30 });
    expect(whole.choices[0].message.content.length > 0, 'text');
    const stream = client.chat.completions.stream({ model, messages, temperature: 0, max_completion_tokens: 30, stream_options: { include_usage: true } });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0].message.content === whole.choices[0].message.content, 'the same text streamed');
    expect(final.usage.total_tokens > 0, 'usage in the stream');
    const parsed = await client.chat.completions.parse({ model, messages: [{ role: 'user', content: 'The weather in Paris, please.' }], max_completion_tokens: 120, response_format: { type: 'json_schema', json_schema: { name: 'weather', strict: true, schema } } });
    expect(typeof JSON.parse(parsed.choices[0].message.content).degrees === 'number', 'structured output');
    const tools = [{ type: 'function', function: { name: 'get_weather', description: 'The weather.', parameters: schema, strict: true } }];
    const called = await client.chat.completions.stream({ model, messages: [{ role: 'user', content: 'Weather in Paris?' }], tools, tool_choice: 'required', max_completion_tokens: 120, temperature: 0 }).finalChatCompletion();
    const call = called.choices[0].message.tool_calls[0];
    expect(typeof JSON.parse(call.function.arguments).degrees === 'number', 'arguments that fit');
    const after = await client.chat.completions.create({ model, max_completion_tokens: 20, messages: [{ role: 'user', content: 'Weather in Paris?' }, called.choices[0].message, { role: 'tool', tool_call_id: call.id, content: '18' }] });
    expect(after.choices[0].finish_reason, 'an answer to a result');
    const response = await client.responses.create({ model, input: 'What is the capital of France?', max_output_tokens: 30, temperature: 0 });
    expect(response.output_text.length > 0, 'output_text');
    const events = [];
    const streamed = client.responses.stream({ model, input: 'What is the capital of France?', max_output_tokens: 30, temperature: 0 }).on('event', event => events.push(event.type));
    const done = await streamed.finalResponse();
    expect(done.output_text === response.output_text, 'the same response streamed');
    expect(events[0] === 'response.created' && events.at(-1).match(/completed|incomplete/), 'events in order');
    const next = await client.responses.create({ model, input: 'And of Spain?', previous_response_id: response.id, max_output_tokens: 30 });
    expect(next.previous_response_id === response.id, 'a chain');
    const background = await client.responses.create({ model, input: 'Count.', background: true, max_output_tokens: 40 });
    let polled = background;
    while (['queued', 'in_progress'].includes(polled.status)) { await new Promise(r => setTimeout(r, 100)); polled = await client.responses.retrieve(background.id); }
    expect(['completed', 'incomplete'].includes(polled.status), 'a response in the background');
    try { await client.chat.completions.create({ model: 'none', messages }); throw new Error('no error'); } catch (error) { expect(error instanceof NotFoundError && error.code === 'model_not_found', `an error of its kind, not ${error}`); }
    expect((await client.models.list()).data.some(m => m.id === model), 'the model in the list');
    return 'chat, streams, structured output, tools, responses, chain, background, errors, models';
  },
  async 'ai + @ai-sdk/openai'() {
    const { generateText, streamText, generateObject, tool, jsonSchema } = await import('ai');
    const { createOpenAI } = await import('@ai-sdk/openai');
    const provider = createOpenAI({ baseURL: base, apiKey });
    for (const one of [provider.responses(model), provider.chat(model)]) {
      const said = await generateText({ model: one, prompt: 'What is the capital of France?', maxOutputTokens: 30, temperature: 0, maxRetries: 0 });
      expect(said.text.length > 0, 'text');
      const stream = streamText({ model: one, prompt: 'What is the capital of France?', maxOutputTokens: 30, temperature: 0, maxRetries: 0 });
      let text = '';
      for await (const part of stream.textStream) text += part;
      expect(text === said.text, 'the same text streamed');
      expect((await stream.usage).totalTokens > 0, 'usage');
      const object = await generateObject({ model: one, schema: jsonSchema(schema), prompt: 'The weather in Paris, please.', maxOutputTokens: 120, maxRetries: 0 });
      expect(typeof object.object.degrees === 'number', 'structured output');
      const called = await generateText({ model: one, prompt: 'Weather in Paris?', maxOutputTokens: 120, maxRetries: 0, toolChoice: 'required', tools: { get_weather: tool({ description: 'The weather.', inputSchema: jsonSchema(schema) }) } });
      expect(typeof called.toolCalls[0].input.degrees === 'number', 'a call with its input');
      let failed;
      try { await generateText({ model: one.provider.includes('responses') ? provider.responses('none') : provider.chat('none'), prompt: 'a', maxRetries: 0 }); } catch (error) { failed = error; }
      expect(failed?.statusCode === 404, `an error of 404, not ${failed}`);
    }
    return 'responses and chat: text, streams, objects, tools, errors';
  },
  async '@ai-sdk/openai-compatible'() {
    const { generateText, streamText, generateObject, tool, jsonSchema } = await import('ai');
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
    const one = createOpenAICompatible({ name: 'deliberate', baseURL: base, apiKey, includeUsage: true, supportsStructuredOutputs: true })(model);
    const stream = streamText({ model: one, prompt: 'What is the capital of France?', maxOutputTokens: 30, temperature: 0, maxRetries: 0 });
    let text = '';
    for await (const part of stream.textStream) text += part;
    expect(text.length > 0 && (await stream.usage).totalTokens > 0, 'a stream with usage');
    const object = await generateObject({ model: one, schema: jsonSchema(schema), prompt: 'The weather in Paris, please.', maxOutputTokens: 120, maxRetries: 0 });
    expect(typeof object.object.degrees === 'number', 'structured output');
    const called = await generateText({ model: one, prompt: 'Weather in Paris?', maxOutputTokens: 120, maxRetries: 0, toolChoice: 'required', tools: { get_weather: tool({ description: 'The weather.', inputSchema: jsonSchema(schema) }) } });
    expect(called.toolCalls[0].toolName === 'get_weather', 'a call');
    return 'streams with usage, objects, tools';
  },
  async '@langchain/openai'() {
    const { ChatOpenAI } = await import('@langchain/openai');
    for (const useResponsesApi of [false, true]) {
      const chat = new ChatOpenAI({ model, apiKey, configuration: { baseURL: base }, maxTokens: 60, temperature: 0, useResponsesApi, maxRetries: 0 });
      const said = await chat.invoke([['system', 'Be brief.'], ['user', 'What is the capital of France?']]);
      expect(said.text.length > 0, 'text');
      let text = '';
      for await (const part of await chat.stream('What is the capital of France?')) text += part.text;
      expect(text.length > 0, 'a stream');
      const called = await chat.bindTools([{ type: 'function', function: { name: 'get_weather', description: 'The weather.', parameters: schema } }], { tool_choice: 'get_weather' }).invoke('Weather in Paris?');
      expect(called.tool_calls[0].name === 'get_weather', 'a call');
      const held = await chat.withStructuredOutput(schema, { name: 'weather', method: 'jsonSchema' }).invoke('The weather in Paris, please.');
      expect(typeof held.degrees === 'number', 'structured output');
    }
    return 'chat and responses: text, streams, tools, structured output';
  },
  async '@openai/agents'() {
    const { Agent, run, tool, setDefaultOpenAIClient, setTracingDisabled, setOpenAIAPI } = await import('@openai/agents');
    const { default: OpenAI } = await import('openai');
    const { z } = await import('zod');
    setTracingDisabled(true);
    setDefaultOpenAIClient(new OpenAI({ baseURL: base, apiKey }));
    for (const kind of ['responses', 'chat_completions']) {
      setOpenAIAPI(kind);
      let asked = 0;
      const weather = tool({ name: 'get_weather', description: 'The weather.', parameters: z.object({ city: z.string().max(20) }), execute: async () => { asked++; return '18 degrees'; } });
      const agent = new Agent({ name: 'a', instructions: 'Be brief.', model, tools: [weather], modelSettings: { toolChoice: 'required', maxTokens: 80, temperature: 0 } });
      const result = await run(agent, 'Weather in Paris?', { maxTurns: 4 });
      expect(asked === 1 && typeof result.finalOutput === 'string', 'a tool called and its result answered');
    }
    return 'responses and chat: the loop of tools';
  },
};

for (const [name, talk] of Object.entries(clients)) {
  if (only.length > 0 && !only.includes(name)) continue;
  try {
    console.log(JSON.stringify({ client: name, ok: true, tried: await talk() }));
  } catch (error) {
    console.log(JSON.stringify({ client: name, ok: false, error: `${error?.stack ?? error}`.slice(0, 1500), body: `${error?.responseBody ?? ''}`.slice(0, 500) }));
  }
}
process.exit(0);
