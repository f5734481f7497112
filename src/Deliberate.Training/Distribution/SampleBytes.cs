using System.Text;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>Scored samples on their way between ranks: what an evaluation file says of each, and its tokens with their log-probabilities.</summary>
internal static class SampleBytes
{
    public static byte[] Write(IEnumerable<SampleGroup> groups)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        foreach (var group in groups)
        {
            Write(writer, group.Prompt);
            writer.Write(group.Samples.Length);
            foreach (var sample in group.Samples)
            {
                writer.Write(EvaluationFile.Line(sample));
                var rollout = sample.Sample.Rollout!;
                Write(writer, rollout.Tokens);
                Write(writer, rollout.LogProbabilities);
                Write(writer, rollout.BehaviourLogProbabilities);
                writer.Write(rollout.FinishReason == FinishReason.Stop);
                writer.Write(rollout.Entropies is not null);
                if (rollout.Entropies is { } entropies) Write(writer, entropies);
                writer.Write(rollout.WeightVersion ?? "");
                Write(writer, rollout.Given is { } given ? [.. given.Select(g => g ? 1 : 0)] : Array.Empty<int>());
            }
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <param name="problems">Of the groups.</param>
    public static SampleGroup[] Read(byte[] bytes, IReadOnlyList<Problem> problems)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        var groups = new SampleGroup[problems.Count];
        for (var i = 0; i < groups.Length; i++)
        {
            var prompt = Integers(reader);
            var samples = new ScoredSample[reader.ReadInt32()];
            for (var g = 0; g < samples.Length; g++)
            {
                var scored = EvaluationFile.ParseLine(reader.ReadString());
                var rollout = new Rollout(Integers(reader), Floats(reader), Floats(reader), reader.ReadBoolean() ? FinishReason.Stop : FinishReason.Length) { Entropies = reader.ReadBoolean() ? Floats(reader) : null };
                if (reader.ReadString() is { Length: > 0 } version) rollout = rollout with { WeightVersion = version };
                if (Integers(reader) is { Length: > 0 } given) rollout = rollout with { Given = [.. given.Select(v => v == 1)] };
                samples[g] = scored with { Sample = scored.Sample with { Problem = problems[i], Rollout = rollout } };
            }

            groups[i] = new SampleGroup(problems[i], prompt, samples);
        }

        return groups;
    }

    private static void Write(BinaryWriter writer, int[] values)
    {
        writer.Write(values.Length);
        foreach (var value in values) writer.Write(value);
    }

    private static void Write(BinaryWriter writer, float[] values)
    {
        writer.Write(values.Length);
        foreach (var value in values) writer.Write(value);
    }

    private static int[] Integers(BinaryReader reader)
    {
        var values = new int[reader.ReadInt32()];
        for (var i = 0; i < values.Length; i++) values[i] = reader.ReadInt32();
        return values;
    }

    private static float[] Floats(BinaryReader reader)
    {
        var values = new float[reader.ReadInt32()];
        for (var i = 0; i < values.Length; i++) values[i] = reader.ReadSingle();
        return values;
    }
}
