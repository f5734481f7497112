using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// The policy update: log-probabilities and entropies of the samples' tokens forward, the objective and its gradient in double on
/// the host, backward, one optimizer step. On a device with memory of its own the gradient is made there (<see cref="QueuedPolicyGradient"/>),
/// or from what the sampler knew already, and what it computed is read when the step is over. The samples' own log-probabilities are the old policy's, the sampler being this very
/// model, unless they bring others. What the objective normalises by belongs to the whole batch, so micro-batches do not show. A step allocates nothing once
/// the buffers have grown to the largest batch.
/// </summary>
/// <param name="graph">Of the policy.</param>
/// <param name="optimizer">Of its weights.</param>
/// <param name="objective">What is minimised.</param>
/// <param name="maxCompletionTokens">Budget of a completion, which some objectives normalise by.</param>
/// <param name="temperature">Of the distribution that was sampled from.</param>
/// <param name="sharesPrompts">As <see cref="PolicyScorer"/> has it.</param>
internal sealed class PolicyTrainer(TrainingGraph graph, Optimizer optimizer, IPolicyObjective objective, int maxCompletionTokens, double temperature, bool sharesPrompts = false)
{
    private readonly double[] _upstream = new double[2 * graph.Tape.TokenCapacity];
    private readonly PolicyScorer _scorer = new(graph, temperature, sharesPrompts);
    private readonly SlopedSamples _sloped = new();
    private readonly QueuedPolicyGradient _queued = new();
    private SharedGradients? _gradients;
    private int[] _offsets = [];
    private double[] _advantages = [], _tokenValues = [];
    private (int First, int Taken)[] _taken = new (int, int)[16];
    private int _parts;

    /// <summary>What is minimised.</summary>
    public IPolicyObjective Objective { get; set; } = objective;

    /// <summary>A frozen reference; needed where the objective has a KL term.</summary>
    public ReferencePolicy? Reference { get; init; }

    /// <summary>The ranks that batches are shared out among.</summary>
    public World World { get; init; } = World.Alone;

    /// <summary>
    /// Whether samples that the loss has no slope at are left out of the passes: the same gradient to rounding, what is measured all the
    /// same. Where the sampler's log-probabilities and entropies stand for the policy's, they cost no pass at all; else no backward, as long as
    /// a micro-batch has no others.
    /// </summary>
    public bool SkipsIdle { get; init; }

    /// <summary>Samples of the last <see cref="Step"/> that the loss had no slope at; 0 where nobody looked.</summary>
    public int Idle { get; private set; }

    /// <summary>
    /// The largest difference, in nats, between a log-probability that <see cref="Step"/> took from the sampler and the one that the backward
    /// then made: 0 as long as one engine does both.
    /// </summary>
    public double Mismatch { get; private set; }

    /// <summary>One optimizer step on a batch of samples.</summary>
    /// <param name="isSamplers">
    /// Whether the policy is still the one that drew them. What the sampler computed of each token is then what a forward pass of the head
    /// would, to the bit, and the head is only gone through backward.
    /// </param>
    public TrainingStep Step(IReadOnlyList<PolicySample> samples, double rate, PolicyMetrics metrics, bool isSamplers = false)
    {
        var known = isSamplers && samples[0].Old is null && AllKnown(samples);
        Mismatch = 0;
        _parts = 0;
        var offsets = Offsets(samples);
        var tokens = offsets[^1];
        var count = samples.Count;
        var perSample = Room(ref _advantages, 2 * count);
        Span<double> advantages = perSample[..count], sequenceWeights = samples[0].SequenceWeight is null ? [] : perSample.Slice(count, count);
        var values = Room(ref _tokenValues, 10 * tokens);
        Span<double> logpNew = values[..tokens], entropies = values.Slice(tokens, tokens), logpOld = values.Slice(2 * tokens, tokens);
        Span<double> gradLogp = values.Slice(3 * tokens, tokens), gradEntropy = values.Slice(4 * tokens, tokens);
        var reference = Reference is null ? [] : values.Slice(5 * tokens, tokens);
        var tokenAdvantages = samples[0].TokenAdvantages is null ? [] : values.Slice(6 * tokens, tokens);
        var tokenWeights = samples[0].TokenWeights is null ? [] : values.Slice(7 * tokens, tokens);
        var sampler = samples[0].Old is null ? logpOld : values.Slice(8 * tokens, tokens);
        var mask = AnyMasked(samples) ? values.Slice(9 * tokens, tokens) : [];
        for (var i = 0; i < count; i++)
        {
            var (sample, at) = (samples[i], offsets[i]);
            advantages[i] = sample.Advantage;
            if (!sequenceWeights.IsEmpty) sequenceWeights[i] = sample.SequenceWeight!.Value;
            sample.TokenAdvantages?.CopyTo(tokenAdvantages[at..]);
            sample.TokenWeights?.CopyTo(tokenWeights[at..]);
            sample.Old?.CopyTo(logpOld[at..]);
            for (var t = 0; t < sample.Rollout.Tokens.Length; t++) sampler[at + t] = sample.Rollout.BehaviourLogProbabilities[t];
            if (mask.IsEmpty) continue;
            if (sample.Mask is null) mask[at..offsets[i + 1]].Fill(1);
            else sample.Mask.CopyTo(mask[at..]);
        }

        // Views of the memory that the passes below fill.
        var whole = new PolicyBatch
        {
            Offsets = offsets,
            LogpNew = logpNew,
            Advantages = advantages,
            TokenAdvantages = tokenAdvantages,
            LogpOld = logpOld,
            LogpReference = reference,
            LogpSampler = sampler,
            Entropies = entropies,
            Mask = mask,
            TokenWeights = tokenWeights,
            SequenceWeights = sequenceWeights,
        };
        // Of all that is computed from here on each rank does its own samples'.
        var (begin, end) = Share(samples);
        if (World.Size == 1) Reference?.Score(samples, offsets, reference, []);
        else ScoreShare(samples, begin, end, offsets, reference);

        if (known)
        {
            logpOld.CopyTo(logpNew);
            for (var i = 0; i < count; i++)
                for (var t = 0; t < samples[i].Rollout.Tokens.Length; t++) entropies[offsets[i] + t] = samples[i].Rollout.Entropies![t];
        }

        // Objectives that look at the whole batch's entropies or covariances need a scoring pass before the gradient's.
        var options = Objective.Options;
        if (!known && (options.TopEntropyQuantile < 1 || options.KlCovRatio > 0)) _scorer.Score(samples, offsets, logpNew, entropies);
        var normalisers = BatchNormalisers.Of(whole, options, maxCompletionTokens);
        optimizer.ClearGradients();
        if (World.Size > 1) _gradients ??= SharedGradients.Of(World, graph.Model.Trained, optimizer, graph.Tape, graph.Head.Weight);
        _gradients?.Begin();
        var loss = 0.0;
        Idle = 0;
        // Where all of it is known beforehand, so is the loss, on every rank alike, and what needs a pass to learn from.
        var isForeseen = known && SkipsIdle && (World.Size == 1 || Reference is null);
        var own = World.Size == 1 || isForeseen ? metrics : new PolicyMetrics();
        if (isForeseen)
        {
            loss = Objective.Evaluate(whole, normalisers, gradLogp, gradEntropy, own);
            if (!World.IsFirst) loss = 0;
            _sloped.Choose(samples, offsets, gradLogp, gradEntropy);
            Idle = count - _sloped.Samples.Count;
            (begin, end) = Share(_sloped.Samples);
        }

        var passed = isForeseen ? _sloped.Samples : samples;
        ReadOnlySpan<int> starts = isForeseen ? _sloped.Starts : offsets;
        // A device with memory of its own is waited for once, at the end; in between only where an objective is nobody's but the host's.
        var waits = !graph.Model.Device.HasOwnMemory;
        var queued = !waits && !known && QueuedPolicyGradient.Has(graph.Model.Device, Objective);
        _scorer.Begin(count);
        for (var first = begin; first < end;)
        {
            var taken = known ? _scorer.ForwardHidden(passed, first, end) : queued ? _scorer.ForwardUnread(passed, first, end) : _scorer.Forward(passed, first, starts, logpNew, entropies, end);
            World.Count(graph.Batch.Tokens);
            var flat = 0;
            if (queued) _queued.Run(graph.Model.Device, (PolicyObjective)Objective, whole.Slice(first, taken), normalisers, _scorer.FirstRows(taken), graph.Head.Statistics, graph.Head.Upstream, graph.Batch.Tokens);
            else if (!isForeseen) loss += Evaluate(whole, normalisers, first, taken, gradLogp, gradEntropy, own, out flat);

            // The backward gives what is compared too.
            if (known || flat < taken)
            {
                if (!queued) Scatter(passed, first, taken, starts, gradLogp, gradEntropy);
                if (first + taken == end) _gradients?.Overlap();
                graph.Backward();
            }

            if (!waits) Keep(first, taken);
            else if (known) Compare(passed, first, taken, starts, logpOld, logpNew, isKept: false);
            first += taken;
        }

        if (!waits)
        {
            optimizer.Queue(graph.Record, rate);
            graph.Record.Read();
            for (var part = 0; part < _parts; part++)
            {
                var (first, taken) = _taken[part];
                if (known) Compare(passed, first, taken, starts, logpOld, logpNew, isKept: true);
                if (!queued) continue;
                _scorer.Take(samples, first, taken, offsets, logpNew, entropies);
                loss += Evaluate(whole, normalisers, first, taken, gradLogp, gradEntropy, own, out _);
            }
        }

        graph.Rest();
        if (_gradients is not null) loss = _gradients.Finish(loss);
        if (World.Size > 1)
        {
            Mismatch = World.Max("mismatch", Mismatch);
            if (!isForeseen)
            {
                if (SkipsIdle) Idle = (int)World.Sum("idle samples", Idle);
                foreach (var part in World.Gather("measures", own.Parts)) metrics.Merge(PolicyMetrics.Of(part));
            }
        }

        return TrainingStep.Conclude(optimizer, graph.Record, loss, rate, graph.Model);
    }

    /// <summary>The objective on a micro-batch whose log-probabilities are known.</summary>
    /// <param name="flat">How many of its samples the loss has no slope at, where those are looked for.</param>
    private double Evaluate(in PolicyBatch whole, in BatchNormalisers normalisers, int first, int taken, Span<double> gradLogp, Span<double> gradEntropy, PolicyMetrics metrics, out int flat)
    {
        var start = whole.Offsets[first];
        var length = whole.Offsets[first + taken] - start;
        var loss = Objective.Evaluate(whole.Slice(first, taken), normalisers, gradLogp.Slice(start, length), gradEntropy.Slice(start, length), metrics);
        flat = SkipsIdle ? SlopedSamples.CountFlat(whole.Offsets, first, taken, gradLogp, gradEntropy) : 0;
        Idle += flat;
        return loss;
    }

    private void Keep(int first, int taken)
    {
        _scorer.Keep(first, taken);
        if (_parts == _taken.Length) Array.Resize(ref _taken, 2 * _taken.Length);
        _taken[_parts++] = (first, taken);
    }

    /// <summary>The entropies of a batch that is not trained on.</summary>
    /// <param name="isSamplers">Whether the policy is still the one that drew the samples, which then brought them.</param>
    public void Measure(IReadOnlyList<PolicySample> samples, PolicyMetrics metrics, bool isSamplers = false)
    {
        if (isSamplers && AllKnown(samples))
        {
            foreach (var sample in samples)
                for (var t = 0; t < sample.Rollout.Tokens.Length; t++)
                    if (sample.Rollout.IsDrawn(t)) metrics.AddEntropy(sample.Rollout.Entropies![t]);
            return;
        }

        var offsets = Offsets(samples);
        var tokens = offsets[^1];
        var values = Room(ref _tokenValues, 2 * tokens);
        var entropies = values[tokens..];
        _scorer.Score(samples, offsets, values[..tokens], entropies);
        for (var i = 0; i < samples.Count; i++)
            for (var t = offsets[i]; t < offsets[i + 1]; t++)
                if (samples[i].Rollout.IsDrawn(t - offsets[i])) metrics.AddEntropy(entropies[t]);
        graph.Rest();
    }

    /// <summary>Log-probabilities of a batch under the policy as it is, flat over its tokens.</summary>
    public double[] Score(IReadOnlyList<PolicySample> samples)
    {
        var (begin, end) = Share(samples);
        PolicySample[] own = [.. samples.Skip(begin).Take(end - begin)];
        var offsets = Offsets(own);
        var logp = new double[offsets[^1]];
        _scorer.Score(own, offsets, logp, []);
        graph.Rest();
        return World.Size == 1 ? logp : [.. World.Gather("log-probabilities", logp).SelectMany(part => part)];
    }

    /// <summary>The entropies that the sampler knew, of samples that were read back, as long as the policy is the one that drew them.</summary>
    public float[][] Entropies(IReadOnlyList<PolicySample> samples)
    {
        var offsets = PolicyScorer.Offsets(samples);
        double[] logp = new double[offsets[^1]], entropies = new double[offsets[^1]];
        _scorer.Score(samples, offsets, logp, entropies);
        graph.Rest();
        return [.. samples.Select((sample, i) => Enumerable.Range(0, sample.Rollout.Tokens.Length).Select(t => sample.Rollout.IsDrawn(t) ? (float)entropies[offsets[i] + t] : 0).ToArray())];
    }

    /// <summary>The samples of this rank. Apart from its callers, which would else make what the lambda holds at each step.</summary>
    private (int Begin, int End) Share(IReadOnlyList<PolicySample> samples) =>
        World.Size == 1 ? (0, samples.Count) : OfRank(World, samples);

    private static (int Begin, int End) OfRank(World world, IReadOnlyList<PolicySample> samples) => world.Share(samples.Count, i => samples[i].Prompt.Length + samples[i].Rollout.Tokens.Length);

    /// <summary>The reference's log-probabilities of a share of the samples, at their places among all.</summary>
    private void ScoreShare(IReadOnlyList<PolicySample> samples, int begin, int end, ReadOnlySpan<int> offsets, Span<double> reference)
    {
        if (Reference is null || begin == end) return;
        PolicySample[] own = [.. samples.Skip(begin).Take(end - begin)];
        Reference.Score(own, PolicyScorer.Offsets(own), reference[offsets[begin]..offsets[end]], []);
    }

    /// <summary>Holds what the sampler computed against what the backward made of the samples on the tape, and takes over the latter.</summary>
    private void Compare(IReadOnlyList<PolicySample> samples, int first, int count, ReadOnlySpan<int> offsets, ReadOnlySpan<double> sampler, Span<double> logp, bool isKept)
    {
        if (isKept) _scorer.Take(samples, first, count, offsets, logp, []);
        else _scorer.Read(samples, first, count, offsets, logp, []);
        for (var i = first; i < first + count; i++)
        {
            for (var t = 0; t < samples[i].Rollout.Tokens.Length; t++)
            {
                if (!samples[i].Rollout.IsDrawn(t)) continue;
                var apart = Math.Abs(logp[offsets[i] + t] - sampler[offsets[i] + t]);
                Mismatch = apart <= Mismatch ? Mismatch : apart;
            }
        }
    }

    private static bool AllKnown(IReadOnlyList<PolicySample> samples)
    {
        for (var i = 0; i < samples.Count; i++)
            if (samples[i].Rollout.Entropies is null) return false;
        return true;
    }

    private static bool AnyMasked(IReadOnlyList<PolicySample> samples)
    {
        for (var i = 0; i < samples.Count; i++)
            if (samples[i].Mask is not null) return true;
        return false;
    }

    private Span<int> Offsets(IReadOnlyList<PolicySample> samples)
    {
        var offsets = Room(ref _offsets, samples.Count + 1);
        PolicyScorer.FillOffsets(samples, offsets);
        return offsets;
    }

    /// <summary>The first elements of a buffer that grows as needed, with a quarter to spare; what they held before is left in them.</summary>
    private static Span<T> Room<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length) buffer = new T[length + (length / 4)];
        return buffer.AsSpan(0, length);
    }

    private void Scatter(IReadOnlyList<PolicySample> samples, int first, int count, ReadOnlySpan<int> offsets, ReadOnlySpan<double> gradLogp, ReadOnlySpan<double> gradEntropy)
    {
        var tokens = graph.Batch.Tokens;
        Array.Clear(_upstream, 0, 2 * tokens);
        for (var i = 0; i < count; i++)
        {
            for (var t = 0; t < samples[first + i].Rollout.Tokens.Length; t++)
            {
                var row = 2 * (_scorer.Row(i) + t);
                _upstream[row] = gradLogp[offsets[first + i] + t];
                _upstream[row + 1] = gradEntropy[offsets[first + i] + t];
            }
        }

        graph.Head.Upstream.Value.Write(0, _upstream.AsSpan(0, 2 * tokens));
    }
}
