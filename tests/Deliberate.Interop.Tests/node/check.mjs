// Answers lines of JSON with lines of JSON: what @huggingface/gguf reads of a file, what @huggingface/jinja makes of a template.
import { createInterface } from "node:readline";
import { gguf } from "@huggingface/gguf";
import { Template } from "@huggingface/jinja";

const number = (key, value) => (typeof value === "bigint" ? Number(value) : value);

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    if (request.gguf) {
      const file = await gguf(request.gguf, { allowLocalFile: true });
      answer = { metadata: file.metadata, tensors: file.tensorInfos.map((t) => ({ name: t.name, shape: t.shape, type: t.dtype })) };
    } else {
      answer = { text: new Template(request.template).render(request.variables) };
    }
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  console.log(JSON.stringify(answer, number));
}
