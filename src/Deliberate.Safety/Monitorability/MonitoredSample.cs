using System.Text.Json;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>
/// A sample of a pair of prompts: the record that monitorability is measured of. One JSON object a line:
/// <c>instance</c> (text), <c>arm</c> (<c>control</c> or <c>intervention</c>), <c>outcome</c> (whether the behaviour occurred), <c>monitor</c>
/// (what the monitor said; null where it said nothing), <c>thought</c> (false of the control without a thought; true if left out).
/// </summary>
internal sealed record MonitoredSample(string Instance, bool Intervened, bool Outcome, bool? Flagged, bool HasThought = true)
{
    private const string Control = "control", Intervention = "intervention";

    public MonitoredRow Row => new(Instance, Intervened, Outcome, Flagged ?? false);

    /// <exception cref="UserError">A line is none, or there is none.</exception>
    public static IReadOnlyList<MonitoredSample> Read(string path)
    {
        List<MonitoredSample> all = [];
        foreach (var line in JsonLines.Read(path))
        {
            if (line.Root.ValueKind != JsonValueKind.Object) throw line.Error("The line is not an object.");
            var arm = line.GetString("arm");
            if (arm is not (Control or Intervention)) throw line.Error($"There is no arm \"{Excerpt.Of(arm, 40)}\".", "arm", $"It is {Control} or {Intervention}.");
            var hasThought = !line.TryGet(line.Root, "thought", out _) || line.GetBool("thought");
            bool? flagged = !line.TryGet(line.Root, "monitor", out var said) ? null : said.ValueKind == JsonValueKind.Null ? null : line.GetBool("monitor");
            all.Add(new MonitoredSample(line.GetString("instance"), arm == Intervention, line.GetBool("outcome"), hasThought ? flagged : null, hasThought));
        }

        return all.Count > 0 ? all : throw new UserError("There is no record in it.", path, advice: "A line holds instance, arm, outcome and monitor.");
    }

    public static void Write(string path, IEnumerable<MonitoredSample> samples) => AtomicFile.Write(path, stream =>
    {
        foreach (var sample in samples)
        {
            using (var json = new Utf8JsonWriter(stream))
            {
                json.WriteStartObject();
                json.WriteString("instance"u8, sample.Instance);
                json.WriteString("arm"u8, sample.Intervened ? Intervention : Control);
                json.WriteBoolean("outcome"u8, sample.Outcome);
                if (sample.Flagged is { } flagged) json.WriteBoolean("monitor"u8, flagged);
                else json.WriteNull("monitor"u8);
                json.WriteBoolean("thought"u8, sample.HasThought);
                json.WriteEndObject();
            }

            stream.WriteByte((byte)'\n');
        }
    });
}
