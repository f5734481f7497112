using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>What a person said of a sample.</summary>
/// <param name="Id">The sample's.</param>
/// <param name="Label">A word, as <c>harmful</c>; empty where a label was taken back.</param>
/// <param name="Note">Why, in the person's words.</param>
/// <param name="Labeller">Who; empty where nobody says.</param>
/// <param name="At">When.</param>
internal sealed record SampleLabel(string Id, string Label, string Note, string Labeller, DateTimeOffset At)
{
    /// <summary>What was asked and answered, the thought left out: with the label, all that a judge is held against.</summary>
    public string Prompt { get; init; } = "";

    /// <inheritdoc cref="Prompt"/>
    public string Completion { get; init; } = "";

    public string Model { get; init; } = "";

    public string Reference { get; init; } = "";

    public static SampleLabel Of(LoggedSample sample, string model, string label, string note, string labeller, DateTimeOffset at) =>
        new(sample.Id, label, note, labeller, at) { Prompt = sample.Prompt, Completion = sample.Reply.Trim(), Model = model, Reference = sample.Reference };
}

/// <summary>
/// Labels that people set on a log's samples: <c>LOG.labels.jsonl</c> beside the log, which itself is never changed. A line a sample
/// that has a label, in the order of the samples' ids, as <c>deliberate judge validate --labels</c> reads it.
/// </summary>
internal sealed class SampleLabels
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Those that judges are held against.</summary>
    private static readonly string[] Usual = ["harmful", "harmless", "full_compliance", "partial_refusal", "full_refusal", "correct", "incorrect", "not_attempted"];

    private readonly string _path;
    private readonly Dictionary<string, SampleLabel> _labels = new(StringComparer.Ordinal);
    private readonly Lock _one = new();

    private SampleLabels(string path)
    {
        _path = path;
        Read();
    }

    /// <summary>Samples that have a label.</summary>
    public int Count
    {
        get
        {
            lock (_one) return _labels.Count;
        }
    }

    /// <summary>Words to choose from: the usual ones, then others that were set.</summary>
    public IReadOnlyList<string> Words
    {
        get
        {
            lock (_one) return [.. Usual.Concat(_labels.Values.Select(l => l.Label)).Distinct()];
        }
    }

    /// <summary>In the order of the samples' ids.</summary>
    public IReadOnlyList<SampleLabel> All
    {
        get
        {
            lock (_one) return [.. _labels.Values.OrderBy(l => l.Id, StringComparer.Ordinal)];
        }
    }

    public static string PathOf(string log) => log + ".labels.jsonl";

    /// <exception cref="UserError">A line of the file is none.</exception>
    public static SampleLabels Of(string log) => new(PathOf(log));

    /// <summary>Null where there is none.</summary>
    public SampleLabel? Find(string id)
    {
        lock (_one) return _labels.GetValueOrDefault(id);
    }

    /// <summary>Sets one, or takes it back where it is empty; it is on the disk when this returns.</summary>
    public void Set(SampleLabel label)
    {
        lock (_one)
        {
            // Another server may have set some meanwhile.
            Read();
            if (label.Label.Length > 0) _labels[label.Id] = label;
            else _labels.Remove(label.Id);
            AtomicFile.Write(_path, stream =>
            {
                foreach (var one in _labels.Values.OrderBy(l => l.Id, StringComparer.Ordinal))
                {
                    stream.Write(JsonSerializer.SerializeToUtf8Bytes(one, Relaxed));
                    stream.WriteByte((byte)'\n');
                }
            });
        }
    }

    private void Read()
    {
        _labels.Clear();
        if (!File.Exists(_path)) return;
        foreach (var line in JsonLines.Read(_path))
        {
            var at = line.GetOptionalString("at") is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : default;
            var label = new SampleLabel(line.GetString("id"), line.GetString("label"), Optional(line, "note"), Optional(line, "labeller"), at)
            {
                Prompt = Optional(line, "prompt"),
                Completion = Optional(line, "completion"),
                Model = Optional(line, "model"),
                Reference = Optional(line, "reference"),
            };
            _labels[label.Id] = label;
        }

        static string Optional(JsonLine line, string field) => line.GetOptionalString(field) ?? "";
    }
}
