using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>
/// A reward model as a scorer: it reads problem and steps as the policy wrote them, and its head, or what it thinks of its label tokens,
/// is read at the last token of each step. A process reward model says how likely the step is to be right; an outcome reward model, of what stands there so
/// far, how likely it is to end in a right answer. Both read the separator in place of the token that ends a solution, as
/// <see cref="StepwiseEncoder"/> has it. Where its tokenizer is not the policy's, the texts are read.
/// </summary>
internal sealed class RewardModelScorer : IStepScorer, IDisposable
{
    private readonly IDisposable _owned;
    private readonly IStepReader _reader;
    private readonly ProblemEncoder _encoder;
    private readonly RewardModelFile _file;
    private readonly NeutralSteps _neutral;
    private readonly bool _sameTokens;
    private readonly int[] _ends;
    private readonly int[] _separator;

    /// <param name="model">Owned, unless a head stands beside it.</param>
    /// <param name="encoder">Of its text format.</param>
    /// <param name="policy">Of the tokens that the steps are made of.</param>
    /// <param name="file">What the numbers mean.</param>
    /// <param name="positions">Longest prompt and solution, in tokens of the policy.</param>
    /// <param name="neutral">What a neutral step counts as.</param>
    /// <param name="name">Of the reward model.</param>
    /// <param name="head">Over the model, which is another's; owned. Null for a model with a head of its own.</param>
    public RewardModelScorer(LanguageModel model, ProblemEncoder encoder, ProblemEncoder policy, RewardModelFile file, int positions, NeutralSteps neutral, string name, HeadWeights? head = null)
    {
        (_owned, _encoder, _file, _neutral, Name) = (head is not null ? head : model, encoder, file, neutral, name);
        _sameTokens = encoder.Tokenizer.VocabularySize == policy.Tokenizer.VocabularySize && Enumerable.Range(0, policy.Tokenizer.VocabularySize).All(id => encoder.Tokenizer.IdToToken(id) == policy.Tokenizer.IdToToken(id));
        _ends = policy.StopIds;
        // A preference model reads whole answers as they are.
        _separator = file.Kind == RewardModelKind.Preference ? [] : [.. encoder.Tokenizer.Encode(file.Separator, addSpecialTokens: false)];
        positions = Math.Min(model.Configuration.MaxPositions, positions + _separator.Length);
        _reader = RewardScorers.Reader(model, file, _sameTokens ? positions : Math.Min(model.Configuration.MaxPositions, 2 * positions), head: head);
    }

    public string Name { get; }

    public void Forget() => _reader.Forget();

    public IReadOnlyList<StepScores> Score(IReadOnlyList<StepPath> paths, CancellationToken cancellation)
    {
        HeadText[] texts = [.. paths.Select(Text)];
        var (outputs, read) = _reader.Read(texts, cancellation);
        return [.. outputs.Select((rows, i) => new StepScores([.. rows.Select(Score)], read[i]))];
    }

    /// <summary>The probabilities of a step; of a model of one number, that and the rest.</summary>
    public StepProbabilities Probabilities(ReadOnlySpan<double> logits) => Probabilities(logits, _file.Temperature);

    public static StepProbabilities Probabilities(ReadOnlySpan<double> logits, double temperature)
    {
        if (logits.Length == 1)
        {
            var p = 1 / (1 + Math.Exp(-logits[0] / temperature));
            return new StepProbabilities(1 - p, 0, p);
        }

        var most = double.NegativeInfinity;
        foreach (var logit in logits) most = Math.Max(most, logit);
        Span<double> shares = stackalloc double[logits.Length];
        var sum = 0.0;
        for (var i = 0; i < shares.Length; i++) sum += shares[i] = Math.Exp((logits[i] - most) / temperature);
        return logits.Length == 2 ? new StepProbabilities(shares[0] / sum, 0, shares[1] / sum) : new StepProbabilities(shares[0] / sum, shares[1] / sum, shares[2] / sum);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _owned.Dispose();
    }

    private double Score(double[] logits) => Probabilities(logits).Score(_neutral);

    private HeadText Text(StepPath path)
    {
        List<int> tokens = [.. _sameTokens ? path.Prompt : _encoder.Prompt(path.Problem)];
        var first = tokens.Count;
        List<int> rows = [], ends = [];
        for (var i = 0; i < path.Steps.Count; i++)
        {
            var step = path.Steps[i];
            var isEnd = _separator.Length > 0 && step.Tokens.Length > 0 && _ends.Contains(step.Tokens[^1]);
            if (_sameTokens) tokens.AddRange(isEnd ? step.Tokens[..^1] : step.Tokens);
            else tokens.AddRange(_encoder.Tokenizer.Encode(step.Text, addSpecialTokens: false));
            if (isEnd) tokens.AddRange(_separator);
            if (i >= path.First) rows.Add(tokens.Count - 1);
            // A preference model reads a whole answer as one step.
            if (_separator.Length > 0) ends.Add(tokens.Count - 1);
        }

        return new HeadText([.. tokens], [.. rows]) { Steps = new StepMarks(first, [.. ends], _separator.Length) };
    }
}
