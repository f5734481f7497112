using System.Text.Json.Nodes;

namespace Deliberate.Server;

/// <summary>Tokens of the answers to one request: the prompt is counted once, however many answers it has.</summary>
internal sealed class AnswerUsage
{
    public int Prompt { get; private set; }

    public int Cached { get; private set; }

    public int Completion { get; private set; }

    /// <summary>Of the completion, thought.</summary>
    public int Thinking { get; private set; }

    public int Total => Prompt + Completion;

    /// <summary>Why each answer ended, in OpenAI's words.</summary>
    public List<string> Finishes { get; } = [];

    /// <summary>Tokens that were read, with no answer to them.</summary>
    public void Read(int tokens) => Prompt += tokens;

    public void Add(AnswerEnd end)
    {
        // Later answers to a prompt find it read by the first.
        (Prompt, Cached) = (Prompt + (Prompt == 0 ? end.Usage.Prompt : 0), Prompt == 0 ? end.Usage.Cached : Math.Min(Cached, end.Usage.Cached));
        Finishes.Add(ChatJson.Finish(end));
        Completion += end.Usage.Completion;
        Thinking += end.Usage.Thinking;
    }

    /// <summary>A further prompt with its answer.</summary>
    public void Add(AnswerUsage other)
    {
        Finishes.AddRange(other.Finishes);
        Prompt += other.Prompt;
        Cached += other.Cached;
        Completion += other.Completion;
        Thinking += other.Thinking;
    }

    public JsonObject Chat() => ChatJson.Usage(Prompt, Cached, Completion, Thinking);

    public JsonObject Response() => new()
    {
        ["input_tokens"] = Prompt,
        ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = Cached, ["cache_write_tokens"] = 0 },
        ["output_tokens"] = Completion,
        ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = Thinking },
        ["total_tokens"] = Total,
    };
}
