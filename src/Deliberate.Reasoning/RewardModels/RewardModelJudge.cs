using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Reasoning;

/// <summary>A reward model that reads whole solutions, many in one pass.</summary>
internal sealed class RewardModelJudge : ISolutionJudge
{
    private const int BatchSize = 256;

    /// <summary>Of keys and values that are kept: whole solutions share no more than their problem.</summary>
    private const int KeptPages = 64;

    private readonly LanguageModel _model;
    private readonly StepwiseEncoder _encoder;
    private readonly RewardModelFile _file;
    private readonly IStepReader _reader;

    /// <param name="model">Owned.</param>
    /// <param name="format">Its text format.</param>
    /// <param name="file">What its numbers mean.</param>
    /// <param name="name">Of the model.</param>
    public RewardModelJudge(LanguageModel model, TextFormat format, RewardModelFile file, string name)
    {
        (_model, _file, Name) = (model, file, name);
        _encoder = new StepwiseEncoder(new ProblemEncoder(format), file.Separator);
        _reader = RewardScorers.Reader(model, file, model.Configuration.MaxPositions, KeptPages);
    }

    public string Name { get; }

    public StepAggregation Usual => SaysSteps ? StepAggregation.Product : StepAggregation.Last;

    public bool SaysSteps => _file.Kind == RewardModelKind.Process;

    public bool SaysNeutral => _file.Labels.Count == 3;

    public double Temperature => _file.Temperature;

    /// <param name="folder">Of a model of steps or of outcomes.</param>
    /// <param name="device">To run on.</param>
    /// <exception cref="UserError">It is none.</exception>
    public static RewardModelJudge Open(string folder, Device device)
    {
        var file = RewardModelFile.Read(folder);
        if (file.Kind == RewardModelKind.Preference) throw new UserError("a model of preferences says nothing of steps.", folder, advice: "Name a process or an outcome reward model.");
        using var opened = PretrainedModel.Open(folder, headed: true);
        return new RewardModelJudge(opened.LoadWeights(device, WeightStorage.F32), opened.Text, file, RewardScorers.NameOf(folder));
    }

    public IReadOnlyList<StepProbabilities[]?> Judge(IReadOnlyList<SolutionText> solutions, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        var judged = new StepProbabilities[]?[solutions.Count];
        for (var first = 0; first < judged.Length; first += BatchSize)
        {
            List<int> fitting = [];
            List<HeadText> texts = [];
            for (var i = first; i < Math.Min(judged.Length, first + BatchSize); i++)
            {
                var encoded = _encoder.Encode(solutions[i].Problem, solutions[i].Steps);
                if (encoded.Tokens.Length > _reader.Positions) continue;
                fitting.Add(i);
                texts.Add(new HeadText(encoded.Tokens, encoded.Rows) { Steps = encoded.Marks });
            }

            var (outputs, _) = _reader.Read(texts, cancellation);
            for (var i = 0; i < fitting.Count; i++) judged[fitting[i]] = [.. outputs[i].Select(logits => RewardModelScorer.Probabilities(logits, _file.Temperature))];
            progress?.Invoke(Math.Min(judged.Length, first + BatchSize));
        }

        return judged;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _model.Dispose();
    }
}
