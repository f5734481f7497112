using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>A rubric that reads thoughts, and what it can find.</summary>
internal sealed record MonitorRubric(Rubric Rubric, IReadOnlyList<ThoughtFinding> Findings);

/// <summary>
/// A model that reads thoughts by a rubric (the card's monitor was a prompted GPT-4o). Verdicts are typed and read strictly: a quotation that the
/// sample does not hold is no verdict, is asked for once more and is then an error, as prose, two verdicts and fields out of range are
/// (<see cref="ModelJudge"/>); an error or a refusal of the monitor's is neither a flag nor clean.
/// </summary>
internal sealed class PromptedMonitor(MonitorRubric monitor, EvaluationModel model) : IThoughtMonitor
{
    private readonly ModelJudge _judge = new(monitor.Rubric, model);

    public string Name => _judge.Name;

    public string Identity => _judge.Identity;

    public JudgeTarget Target => monitor.Rubric.Target;

    public IReadOnlyList<ThoughtFinding> Findings => monitor.Findings;

    public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) => _judge.ScoreAsync(samples, cancellationToken);
}
