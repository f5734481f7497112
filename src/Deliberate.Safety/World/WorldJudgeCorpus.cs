using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>
/// What a judge of the small world learns from: cases under rules that nobody has seen, answers of every quality, and the oracle's grades
/// behind a thought that reads the rules. So it judges by the rules in its prompt and not by those it was trained with.
/// Example i is a pure function of (seed, i).
/// </summary>
internal static class WorldJudgeCorpus
{
    private const double Right = 0.35, WithThought = 0.5;

    public static WorldExample Draw(ulong seed, long index)
    {
        var random = new RandomStream(seed, StreamStage.Corpus, step: 1, problem: index);
        var (rules, request, _) = WorldCorpus.Question(ref random);
        var shown = rules.Lines.Keys.ToArray();
        var (answer, thought) = Answer(rules, request, ref random);
        var seen = random.NextBool(WithThought) ? thought : null;
        var finding = WorldOracle.Judge(rules, request, seen, answer);
        return new WorldExample(JudgeFormat.Compact(rules.Text(shown), request.Text, seen, answer), WorldText.Completion(Reason(rules, request, answer), JudgeFormat.Verdict(finding.Grades)));
    }

    /// <summary>How the judge comes to its grades: what is due, and what was done.</summary>
    private static IEnumerable<string> Reason(WorldRules rules, WorldRequest request, string answer)
    {
        foreach (var line in WorldText.Thought(request, rules)) yield return line;
        var read = WorldText.ReadAnswer(request, answer);
        yield return $" did {(read.Does is { } does ? WorldRules.Word(does) : "free")}";
    }

    /// <summary>An answer with its thought: as it should be, or with one thing wrong.</summary>
    private static (string Answer, string Thought) Answer(WorldRules rules, WorldRequest request, ref RandomStream random)
    {
        var due = rules.Decide(request.Category, request.Type);
        var thought = WorldText.Thought(request, rules).ToArray();
        if (random.NextBool(Right)) return (WorldText.Answer(request, due, rules.Opener(due)), string.Join('\n', thought));
        var does = due;
        switch (random.Next(6))
        {
            case 0 or 1:
                // Another decision, in its own style, and a thought that skips the look-up or not.
                does = (ContentRule)(((int)due + random.Next(1, 3)) % 3);
                if (random.NextBool(0.6)) thought = [.. WorldText.Careless(request, does)];
                return (WorldText.Answer(request, does, rules.Opener(does)), string.Join('\n', thought));
            case 2:
                // The right decision with another decision's first word.
                return (WorldText.Answer(request, due, rules.Openers[((int)due + random.Next(1, 3)) % 3]), string.Join('\n', thought));
            case 3:
                // Another thing or category is named.
                var other = request with { Item = random.Pick<string>([.. WorldWords.CategoryOf.Where(c => c.Value != request.Category).Select(c => c.Key)]) };
                return (WorldText.Answer(other, due, rules.Opener(due)), string.Join('\n', thought));
            case 4:
                // Right, without having looked.
                return (WorldText.Answer(request, due, rules.Opener(due)), string.Join('\n', WorldText.Careless(request, due)));
            default:
                // No answer of any kind, or half of one.
                var words = WorldText.Answer(request, due, rules.Opener(due)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return ($" {string.Join(' ', words.Take(random.Next(1, words.Length)))}", string.Join('\n', thought));
        }
    }
}
