using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// Log-probabilities and entropies of samples' tokens under a model, micro-batch by micro-batch; flat over all samples' tokens,
/// sample i at its offset. What the policy update is made of, and all that is asked of a reference policy.
/// </summary>
/// <param name="graph">Of the model.</param>
/// <param name="temperature">Of the distribution.</param>
/// <param name="sharesPrompts">
/// Whether samples of one prompt that come one after another are packed behind one copy of it. Their log-probabilities have the same
/// bits; of the gradient only the order of sums differs.
/// </param>
internal sealed class PolicyScorer(TrainingGraph graph, double temperature, bool sharesPrompts = false)
{
    private readonly double[] _statistics = new double[4 * graph.Tape.TokenCapacity];
    private readonly int[] _rows = new int[graph.Tape.Batch.SegmentCapacity];
    private int[] _places = [];

    /// <summary>Where each sample's tokens begin, and how many there are in all.</summary>
    public static int[] Offsets(IReadOnlyList<PolicySample> samples)
    {
        var offsets = new int[samples.Count + 1];
        FillOffsets(samples, offsets);
        return offsets;
    }

    /// <param name="offsets">Out: [samples + 1].</param>
    public static void FillOffsets(IReadOnlyList<PolicySample> samples, Span<int> offsets)
    {
        offsets[0] = 0;
        for (var i = 0; i < samples.Count; i++) offsets[i + 1] = offsets[i] + samples[i].Rollout.Tokens.Length;
    }

    /// <summary>All samples.</summary>
    /// <param name="entropies">Out; empty where they are not asked for.</param>
    public void Score(IReadOnlyList<PolicySample> samples, ReadOnlySpan<int> offsets, Span<double> logp, Span<double> entropies)
    {
        if (!graph.Model.Device.HasOwnMemory)
        {
            for (var first = 0; first < samples.Count;) first += Forward(samples, first, offsets, logp, entropies);
            return;
        }

        // One read for all micro-batches.
        Begin(samples.Count);
        for (var first = 0; first < samples.Count;)
        {
            var count = Fill(samples, first, null);
            graph.Forward();
            Keep(first, count);
            first += count;
        }

        graph.Record.Read();
        Take(samples, 0, samples.Count, offsets, logp, entropies);
    }

    /// <summary>As many samples from the first on as the tape holds; it is then ready for their backward.</summary>
    /// <returns>How many.</returns>
    /// <param name="end">Of the samples that are taken; all if left out.</param>
    public int Forward(IReadOnlyList<PolicySample> samples, int first, ReadOnlySpan<int> offsets, Span<double> logp, Span<double> entropies, int? end = null)
    {
        var count = Fill(samples, first, end);
        graph.Forward();
        Read(samples, first, count, offsets, logp, entropies);
        return count;
    }

    /// <summary>The same up to the hidden states, where the statistics are known beforehand; the head's backward makes them again.</summary>
    public int ForwardHidden(IReadOnlyList<PolicySample> samples, int first, int? end = null)
    {
        var count = Fill(samples, first, end);
        graph.ForwardHidden();
        return count;
    }

    /// <summary>The same with the head, whose statistics stay on the device until the step's record is read.</summary>
    public int ForwardUnread(IReadOnlyList<PolicySample> samples, int first, int? end = null)
    {
        var count = Fill(samples, first, end);
        graph.Forward();
        return count;
    }

    /// <summary>Begins a record of so many samples.</summary>
    public void Begin(int samples)
    {
        if (_places.Length < samples) _places = new int[samples + (samples / 4)];
        graph.Record.Begin(graph.Head.Statistics.Stride);
    }

    /// <summary>Keeps what the head computed of the samples on the tape.</summary>
    public void Keep(int first, int count)
    {
        var at = graph.Record.Keep(graph.Head.Statistics, graph.Batch.Tokens);
        for (var i = 0; i < count; i++) _places[first + i] = at + _rows[i];
    }

    /// <summary>What was kept of samples, once the record has been read.</summary>
    public void Take(IReadOnlyList<PolicySample> samples, int first, int count, ReadOnlySpan<int> offsets, Span<double> logp, Span<double> entropies)
    {
        for (var i = first; i < first + count; i++)
        {
            var length = samples[i].Rollout.Tokens.Length;
            var rows = graph.Record.Span(_places[i], length);
            for (var t = 0; t < length; t++)
            {
                logp[offsets[i] + t] = rows[4 * t];
                if (!entropies.IsEmpty) entropies[offsets[i] + t] = rows[(4 * t) + 1];
            }
        }
    }

    /// <summary>Rows of the first tokens of the samples on the tape.</summary>
    public ReadOnlySpan<int> FirstRows(int count) => _rows.AsSpan(0, count);

    /// <summary>What the head computed of the samples on the tape.</summary>
    public void Read(IReadOnlyList<PolicySample> samples, int first, int count, ReadOnlySpan<int> offsets, Span<double> logp, Span<double> entropies)
    {
        graph.Head.Statistics.Value.Read(0, _statistics.AsSpan(0, 4 * graph.Batch.Tokens));
        for (var i = 0; i < count; i++)
        {
            for (var t = 0; t < samples[first + i].Rollout.Tokens.Length; t++)
            {
                var row = 4 * (_rows[i] + t);
                logp[offsets[first + i] + t] = _statistics[row];
                if (!entropies.IsEmpty) entropies[offsets[first + i] + t] = _statistics[row + 1];
            }
        }
    }

    /// <summary>The tape's row of a sample's first token, of the samples that <see cref="Forward"/> took last.</summary>
    public int Row(int index) => _rows[index];

    private int Fill(IReadOnlyList<PolicySample> samples, int first, int? end)
    {
        graph.Head.Temperature = temperature;
        graph.Head.OnlyTargets = true;
        return sharesPrompts ? PackShared(graph.Batch, samples, first, _rows, end) : Pack(graph.Batch, samples, first, _rows, end);
    }

    /// <summary>Packs as many samples from the first on as a batch holds.</summary>
    /// <param name="rows">Out: the row of each one's first token, that is of the state before it.</param>
    public static int Pack(Batch batch, IReadOnlyList<PolicySample> samples, int first, int[] rows, int? end = null)
    {
        var last = end ?? samples.Count;
        batch.Clear();
        var count = 0;
        while (first + count < last)
        {
            var sample = samples[first + count];
            var length = sample.Prompt.Length + sample.Rollout.Tokens.Length;
            if (!batch.Fits(length)) break;
            rows[count] = batch.AddSequence(sample.Prompt, sample.Rollout.Tokens) + sample.Prompt.Length - 1;
            count++;
        }

        return count > 0 ? count : throw TooLong(batch, samples[first]);
    }

    /// <summary>
    /// The same behind shared prompts: all of a prompt but its last token once, then, for each sample, that token and all but the last of the
    /// completion, whose rows say what follows.
    /// </summary>
    public static int PackShared(Batch batch, IReadOnlyList<PolicySample> samples, int first, int[] rows, int? end = null)
    {
        var last = end ?? samples.Count;
        batch.Clear();
        int count = 0, prefix = -1;
        int[]? shared = null;
        for (; first + count < last; count++)
        {
            var sample = samples[first + count];
            var (prompt, completion) = (sample.Prompt, sample.Rollout.Tokens);
            // A prompt of one token has nothing to share, and one that is asked once nobody to share it with.
            var again = shared is not null && shared.AsSpan().SequenceEqual(prompt);
            var begins = !again && prompt.Length > 1 && first + count + 1 < last && samples[first + count + 1].Prompt.AsSpan().SequenceEqual(prompt);
            if (!again && !begins)
            {
                if (!batch.Fits(prompt.Length + completion.Length)) break;
                rows[count] = batch.AddSequence(prompt, completion) + prompt.Length - 1;
                shared = null;
                continue;
            }

            if (!batch.Fits(completion.Length + (begins ? prompt.Length - 1 : 0), begins ? 2 : 1)) break;
            if (begins) (prefix, shared) = (batch.AddPrefix(prompt.AsSpan(..^1)), prompt);
            rows[count] = batch.AddContinuation(prefix, prompt[^1], completion);
        }

        return count > 0 ? count : throw TooLong(batch, samples[first]);
    }

    private static Core.UserError TooLong(Batch batch, PolicySample sample) =>
        new($"a prompt and completion of {sample.Prompt.Length + sample.Rollout.Tokens.Length} tokens exceed the micro-batch of {batch.TokenCapacity}.", field: "micro_batch_tokens");
}
