using Deliberate.Reasoning;

namespace Deliberate.Studies;

/// <summary>Solutions of the policy for some problems; equal ones of a problem are judged once.</summary>
internal sealed class VerifyPool
{
    private readonly IReadOnlyList<Problem> _problems;
    private readonly int _samples;
    private readonly int[] _first;
    private readonly DrawnSolution[] _different;

    public VerifyPool(IReadOnlyList<Problem> problems, IReadOnlyList<DrawnSolution> solutions, int samples)
    {
        (_problems, Solutions, _samples) = (problems, solutions, samples);
        Dictionary<(long Problem, string Key), int> seen = [];
        List<DrawnSolution> different = [];
        _first = new int[solutions.Count];
        for (var i = 0; i < _first.Length; i++)
        {
            var key = (solutions[i].Problem.Index, solutions[i].Key);
            if (!seen.TryGetValue(key, out _first[i]))
            {
                seen[key] = _first[i] = different.Count;
                different.Add(solutions[i]);
            }
        }

        _different = [.. different];
    }

    public IReadOnlyList<DrawnSolution> Solutions { get; }

    /// <summary>Each once.</summary>
    public IReadOnlyList<DrawnSolution> Different => _different;

    /// <summary>What a judge thinks of each, by solution.</summary>
    public (double[] Scores, IReadOnlyList<StepProbabilities[]?> Different) Judge(ISolutionJudge judge, CancellationToken cancellation)
    {
        var judged = judge.Judge([.. _different.Select(d => d.Text)], cancellation: cancellation);
        double[] scores = [.. judged.Select(s => SolutionScores.Of(judge, s))];
        return ([.. _first.Select(f => scores[f])], judged);
    }

    /// <summary>What choosing the highest of n comes to.</summary>
    public ChoiceScores Best(IReadOnlyList<double> scores, IReadOnlyList<int> ladder)
    {
        var pool = SolutionPool.Of(_problems, Solutions, scores, _samples);
        int[] ns = [.. ladder.Where(n => n <= _samples)];
        return new ChoiceScores(ns, [.. ns.Select(pool.Answers.BestByProblem)], [.. ns.Select(pool.Steps.BestByProblem)]);
    }

    /// <summary>What a vote comes to in which each solution weighs its score.</summary>
    public ChoiceScores Weighted(IReadOnlyList<double> scores, IReadOnlyList<int> ladder, ulong seed)
    {
        var pool = SolutionPool.Of(_problems, Solutions, scores, _samples);
        int[] ns = [.. ladder.Where(n => n <= _samples)];
        return new ChoiceScores(ns, [.. ns.Select(n => pool.Answers.WeightedByProblem(n, seed))], []);
    }

    public ChoiceScores Majority(IReadOnlyList<int> ladder, ulong seed)
    {
        var pool = SolutionPool.Of(_problems, Solutions, new double[Solutions.Count], _samples);
        int[] ns = [.. ladder.Where(n => n <= _samples)];
        return new ChoiceScores(ns, [.. ns.Select(n => pool.Answers.MajorityByProblem(n, seed))], []);
    }
}
