using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// <c>samples.jsonl</c>: every completion of every step, one JSON object a line, in the order of the batch. On by default. The fields
/// <c>step</c> and <c>problem</c> stand first, so that a query skips a line without parsing it.
/// </summary>
internal sealed class SampleStore(string path) : IDisposable
{
    public const string FileName = "samples.jsonl";

    private readonly AppendStream _stream = new(path);

    /// <summary>Bytes so far; what a checkpoint records.</summary>
    public long Length => _stream.Length;

    public void Append(SampleRecord sample) => _stream.Append(Line(sample));

    /// <summary>A sample as a line of the file.</summary>
    public static string Line(SampleRecord sample) => RecordLine.Write(writer =>
    {
        writer.WriteNumber("step", sample.Step);
        writer.WriteString("problem", sample.Problem);
        // A line without it is of reinforcement learning.
        if (sample.Stage != RunStage.Reinforcement) writer.WriteString("stage", RecipeWriter.Scalar(sample.Stage));
        writer.WriteNumber("sample", sample.Sample);
        writer.WriteString("prompt", sample.Prompt);
        writer.WriteString("text", sample.Text);
        WriteValues(writer, "rewards", sample.Rewards);
        if (sample.Terms.Count > 0) WriteValues(writer, "terms", sample.Terms);
        writer.WritePropertyName("reward");
        RecordLine.WriteValue(writer, sample.Reward);
        writer.WritePropertyName("advantage");
        RecordLine.WriteValue(writer, sample.Advantage);
        if (sample.GreedyReward is { } greedy)
        {
            writer.WritePropertyName("greedy_reward");
            RecordLine.WriteValue(writer, greedy);
        }

        writer.WriteString("finish_reason", sample.FinishReason);
        writer.WriteBoolean("truncated", sample.Truncated);
        writer.WriteBoolean("trained", sample.Trained);
        // Of others the rewards say enough.
        if (sample.Outcome is { } outcome and not (SampleOutcome.Pass or SampleOutcome.Fail)) writer.WriteString("outcome", RecipeWriter.Scalar(outcome));
        if (sample.Reason is { } reason) writer.WriteString("reason", reason);
        if (sample.ThoughtTokens is { } thought) writer.WriteNumber("thought_tokens", thought);
        if (sample.ThoughtOpenedBy.Length > 0) writer.WriteString("thought_opened_by", sample.ThoughtOpenedBy);
        if (sample.WeightVersion is { } version) writer.WriteString("weight_version", version);
        if (sample.Turns.Count > 0) WriteTurns(writer, sample.Turns);
        WriteArray(writer, "prompt_tokens", sample.PromptTokens);
        WriteArray(writer, "tokens", sample.Tokens);
        WriteArray(writer, "logp", sample.Logp);
        if (sample.BehaviourLogp is { } behaviour) WriteArray(writer, "behaviour_logp", behaviour);
    });

    /// <summary>Everything appended is in the file afterwards; on the disk itself where asked.</summary>
    public void Flush(bool toDisk = true) => _stream.Flush(toDisk);

    public void TruncateTo(long offset) => _stream.TruncateTo(offset);

    public void Dispose() => _stream.Dispose();

    /// <summary>The samples of a file, all or those of one stage, step, problem, or of several of these, in the order written.</summary>
    /// <exception cref="UserError">A line is not a sample.</exception>
    public static IEnumerable<SampleRecord> Read(string path, long? step = null, string? problem = null, RunStage? stage = null)
    {
        var prefix = step is { } wanted ? string.Create(CultureInfo.InvariantCulture, $"{{\"step\":{wanted},") : "{";
        foreach (var (number, line) in RecordLine.Lines(path))
        {
            if (!line.StartsWith(prefix, StringComparison.Ordinal) && line.StartsWith("{\"step\":", StringComparison.Ordinal)) continue;
            var sample = RecordLine.Parse(path, number, line, Parse);
            if ((problem is null || sample.Problem == problem) && (stage is null || sample.Stage == stage)) yield return sample;
        }
    }

    /// <summary>One line of a file, by whoever knows where it stands.</summary>
    /// <exception cref="UserError">It is not a sample.</exception>
    public static SampleRecord Parse(string path, int number, string line) => RecordLine.Parse(path, number, line, Parse);

    private static SampleRecord Parse(JsonElement element) => new()
    {
        Step = element.GetProperty("step").GetInt64(),
        Problem = element.GetProperty("problem").GetString()!,
        Stage = element.TryGetProperty("stage", out var stage) ? RecordLine.ReadName<RunStage>(stage.GetString()) : RunStage.Reinforcement,
        Sample = element.GetProperty("sample").GetInt32(),
        Prompt = element.GetProperty("prompt").GetString()!,
        Text = element.GetProperty("text").GetString()!,
        Rewards = [.. element.GetProperty("rewards").EnumerateObject().Select(reward => KeyValuePair.Create(RewardNames.Renew(reward.Name), RecordLine.ReadNumber(reward.Value)))],
        Terms = element.TryGetProperty("terms", out var terms) ? [.. terms.EnumerateObject().Select(term => KeyValuePair.Create(term.Name, RecordLine.ReadNumber(term.Value)))] : [],
        Reward = RecordLine.ReadNumber(element.GetProperty("reward")),
        Advantage = RecordLine.ReadNumber(element.GetProperty("advantage")),
        GreedyReward = element.TryGetProperty("greedy_reward", out var greedy) ? RecordLine.ReadNumber(greedy) : null,
        FinishReason = element.GetProperty("finish_reason").GetString()!,
        Truncated = element.GetProperty("truncated").GetBoolean(),
        Trained = element.GetProperty("trained").GetBoolean(),
        PromptTokens = [.. element.GetProperty("prompt_tokens").EnumerateArray().Select(token => token.GetInt32())],
        Tokens = [.. element.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32())],
        Logp = ReadFloats(element.GetProperty("logp")),
        Outcome = element.TryGetProperty("outcome", out var outcome) ? RecordLine.ReadName<SampleOutcome>(outcome.GetString()) : null,
        ThoughtTokens = element.TryGetProperty("thought_tokens", out var thought) ? thought.GetInt32() : null,
        ThoughtOpenedBy = element.TryGetProperty("thought_opened_by", out var opened) ? opened.GetString()! : "",
        Reason = element.TryGetProperty("reason", out var reason) ? reason.GetString() : null,
        WeightVersion = element.TryGetProperty("weight_version", out var version) ? version.GetString() : null,
        Turns = element.TryGetProperty("turns", out var turns) ? [.. turns.EnumerateArray().Select(turn => (turn.GetProperty("drawn").GetInt32(), turn.GetProperty("given").GetInt32(), turn.GetProperty("reward").GetDouble()))] : [],
        BehaviourLogp = element.TryGetProperty("behaviour_logp", out var behaviour) ? ReadFloats(behaviour) : null,
    };

    private static float[] ReadFloats(JsonElement array) =>
        [.. array.EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Number ? value.GetSingle() : (float)RecordLine.ReadNumber(value))];

    private static void WriteValues(Utf8JsonWriter writer, string name, IReadOnlyList<KeyValuePair<string, double>> values)
    {
        writer.WriteStartObject(name);
        foreach (var (key, value) in values)
        {
            writer.WritePropertyName(key);
            RecordLine.WriteValue(writer, value);
        }

        writer.WriteEndObject();
    }

    private static void WriteTurns(Utf8JsonWriter writer, IReadOnlyList<(int Drawn, int Given, double Reward)> turns)
    {
        writer.WriteStartArray("turns");
        foreach (var (drawn, given, reward) in turns)
        {
            writer.WriteStartObject();
            writer.WriteNumber("drawn", drawn);
            writer.WriteNumber("given", given);
            writer.WriteNumber("reward", reward);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteArray(Utf8JsonWriter writer, string name, IReadOnlyList<int> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values) writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }

    private static void WriteArray(Utf8JsonWriter writer, string name, IReadOnlyList<float> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values) RecordLine.WriteValue(writer, value);
        writer.WriteEndArray();
    }
}
