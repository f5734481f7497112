using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Reasoning;

/// <summary>
/// A language model as a verifier that nobody labelled anything for: it reads solutions as if it wrote them, and <see cref="StepSurprise"/> says
/// of a batch of them which steps are right. Until it is fitted it fits itself to what it is first asked of.
/// </summary>
internal sealed class LabelFreeJudge : ISolutionJudge, IStepScorer
{
    private readonly LanguageModel _model;
    private readonly ProblemEncoder _encoder;
    private readonly StepwiseEncoder _stepwise;
    private readonly TextScorer _scorer;
    private readonly int _positions;

    /// <param name="model">Owned.</param>
    /// <param name="encoder">Of its text format.</param>
    /// <param name="positions">Longest problem and solution together, in tokens.</param>
    /// <param name="name">Of the model.</param>
    public LabelFreeJudge(LanguageModel model, ProblemEncoder encoder, int positions, string name)
    {
        (_model, _encoder, _positions, Name) = (model, encoder, positions, $"{name}, without labels");
        _stepwise = new StepwiseEncoder(encoder, "\n");
        _scorer = new TextScorer(model, [], positions, positions - 1);
    }

    public string Name { get; }

    public StepAggregation Usual => StepAggregation.Product;

    public bool SaysSteps => true;

    public bool SaysNeutral => false;

    public double Temperature => 1;

    /// <summary>What it goes by; null until it is fitted.</summary>
    public StepSurprise? Fitted { get; private set; }

    /// <param name="path">Of a language model.</param>
    /// <param name="device">To run on.</param>
    /// <param name="positions">Longest problem and solution together, in tokens; 0 for the model's context.</param>
    public static LabelFreeJudge Open(string path, Device device, int positions = 0)
    {
        using var opened = PretrainedModel.Open(path);
        var most = opened.Configuration.MaxPositions;
        return new LabelFreeJudge(opened.LoadWeights(device, WeightStorage.F32), new ProblemEncoder(opened.Text), positions == 0 ? most : Math.Min(most, positions), RewardScorers.NameOf(path));
    }

    /// <summary>Learns from a search's solutions, without a label, which steps are right.</summary>
    /// <exception cref="UserError">There is none.</exception>
    public void Fit(IReadOnlyList<StepPath> paths, CancellationToken cancellation) => FitTo([.. Surprises(paths, cancellation).Select(s => s.Surprises)]);

    public IReadOnlyList<StepProbabilities[]?> Judge(IReadOnlyList<SolutionText> solutions, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        var surprises = Surprises(solutions, progress, cancellation);
        if (Fitted is null) FitTo([.. surprises.OfType<double[]>()]);
        return [.. surprises.Select(s => s?.Select(x => Fitted!.Right(x)).Select(r => new StepProbabilities(1 - r, 0, r)).ToArray())];
    }

    /// <summary>Of a search's steps. It must have been fitted: what a path is worth does not depend on those beside it.</summary>
    public IReadOnlyList<StepScores> Score(IReadOnlyList<StepPath> paths, CancellationToken cancellation)
    {
        if (Fitted is not { } fitted) throw new InvalidOperationException("The verifier was not fitted to a batch of solutions.");
        return [.. Surprises(paths, cancellation).Select(s => new StepScores([.. s.Surprises.Select(fitted.Right)], s.Tokens))];
    }

    public void Dispose()
    {
        _scorer.Dispose();
        _model.Dispose();
    }

    private void FitTo(IReadOnlyList<double[]> surprises)
    {
        if (!surprises.Any(s => s.Length > 0)) throw new UserError("there is no solution that fits the model's context, and so nothing to learn from.", Name);
        Fitted = StepSurprise.Fit(surprises);
    }

    /// <summary>Of the steps that are asked for, and the tokens that were read for them.</summary>
    private List<(double[] Surprises, int Tokens)> Surprises(IReadOnlyList<StepPath> paths, CancellationToken cancellation)
    {
        var texts = new int[paths.Count][];
        var ends = new int[paths.Count][];
        for (var i = 0; i < texts.Length; i++)
        {
            List<int> tokens = [.. _encoder.Prompt(paths[i].Problem)];
            // Behind the prompt, and behind each step.
            List<int> rows = [tokens.Count];
            foreach (var step in paths[i].Steps)
            {
                tokens.AddRange(_encoder.Tokenizer.Encode(step.Text, addSpecialTokens: false));
                rows.Add(tokens.Count);
            }

            (texts[i], ends[i]) = ([.. tokens], [.. rows]);
        }

        var read = _scorer.Score(texts, cancellation: cancellation);
        return [.. paths.Select((path, i) => (Weakest(read[i], ends[i][path.First], ends[i].AsSpan(path.First + 1)), texts[i].Length))];
    }

    /// <summary>[solution][step], nats; null for a solution that is too long.</summary>
    private double[]?[] Surprises(IReadOnlyList<SolutionText> solutions, Action<int>? progress, CancellationToken cancellation)
    {
        var encoded = solutions.Select(s => _stepwise.Encode(s.Problem, s.Steps)).ToArray();
        var separator = _encoder.Tokenizer.Encode(_stepwise.Separator, addSpecialTokens: false).Length;
        int[] fitting = [.. Enumerable.Range(0, encoded.Length).Where(i => encoded[i].Tokens.Length <= _positions)];
        var surprises = new double[]?[encoded.Length];
        // What stands behind the last step is no part of a solution that this model would write.
        var read = _scorer.Score([.. fitting.Select(i => encoded[i].Tokens[..^separator])], cancellation: cancellation);
        for (var n = 0; n < fitting.Length; n++)
        {
            var one = encoded[fitting[n]];
            int[] ends = [.. one.Rows.Select(row => Math.Min(row + 1, one.Tokens.Length - separator))];
            surprises[fitting[n]] = Weakest(read[n], one.First, ends);
        }

        progress?.Invoke(encoded.Length);
        return surprises;
    }

    /// <summary>The surprise of each step's least likely token, nats; a step without a token surprises nobody.</summary>
    private static double[] Weakest(ReadOnlySpan<float> logProbabilities, int first, ReadOnlySpan<int> ends)
    {
        var weakest = new double[ends.Length];
        for (var i = 0; i < weakest.Length; first = ends[i++])
            for (var t = first; t < ends[i]; t++)
                if (!float.IsNaN(logProbabilities[t])) weakest[i] = Math.Max(weakest[i], -logProbabilities[t]);
        return weakest;
    }
}
