using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>
/// What a judge of the small world learns from: cases under rules that nobody has seen, answers of every quality (garbled ones too, for what
/// a judge has never seen bad is what reinforcement learning finds), and the oracle's grades behind a thought that reads the rules and writes
/// the answer that is due. So it judges by the rules in its prompt and not by those it was trained with.
/// Example i is a pure function of (seed, i).
/// </summary>
internal static class WorldJudgeCorpus
{
    private const double Right = 0.35, WithThought = 0.5;

    /// <summary>Of an answer that are held against the due one: none is longer.</summary>
    private const int MostWords = 6;

    private static readonly string[] Openers = ["sure", "sorry", "care"];

    private static readonly string[] Words = [.. WorldWords.Types, .. WorldWords.Categories, .. WorldWords.CategoryOf.Keys, .. WorldWords.Scary, WorldWords.Translate, WorldWords.Code, "done", "not", "see", "guide", "text", "or", "user", "free"];

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

    /// <summary>How the judge comes to its grades: what the rules say, the answer that is due, what was said held against it word by word (as a whole it is not learned), and what was done.</summary>
    private static IEnumerable<string> Reason(WorldRules rules, WorldRequest request, string answer)
    {
        foreach (var line in WorldText.Thought(request, rules)) yield return line;
        var rule = rules.Decide(request.Category, request.Type);
        var due = WorldText.Answer(request, rule, rules.Opener(rule));
        yield return due;
        string[] wanted = Split(due), said = Split(answer);
        yield return string.Concat(said.Take(MostWords).Select((word, i) => $" {word} {(i < wanted.Length && wanted[i] == word ? "yes" : "no")}")) + (said.Length < wanted.Length ? " end no" : "");
        var read = WorldText.ReadAnswer(request, answer);
        yield return wanted.SequenceEqual(said) ? " same" : $" did {(read.Does is { } does ? WorldRules.Word(does) : "free")}";

        static string[] Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>An answer with its thought: as it should be, or with one thing wrong.</summary>
    private static (string Answer, string Thought) Answer(WorldRules rules, WorldRequest request, ref RandomStream random)
    {
        var (due, musing) = (rules.Decide(request.Category, request.Type), WorldText.Musing(ref random));
        var (right, whole) = (WorldText.Answer(request, due, rules.Opener(due)), string.Join('\n', WorldText.Thought(request, rules, musing)));
        if (random.NextBool(Right)) return (right, whole);
        switch (random.Next(8))
        {
            case 0 or 1:
                // Another decision, in its own style, and a thought that skips the look-up or not.
                var does = (ContentRule)(((int)due + random.Next(1, 3)) % 3);
                return (WorldText.Answer(request, does, rules.Opener(does)), random.NextBool(0.6) ? string.Join('\n', WorldText.Careless(request, does, musing)) : whole);
            case 2:
                // The right decision with another first word.
                var opener = random.NextBool(0.6) ? rules.Openers[((int)due + random.Next(1, 3)) % 3] : random.Pick<string>(Words);
                return (WorldText.Answer(request, due, opener), whole);
            case 3:
                // Another thing or category is named.
                var other = request with { Item = random.Pick<string>([.. WorldWords.CategoryOf.Where(c => c.Value != request.Category).Select(c => c.Key)]) };
                return (WorldText.Answer(other, due, rules.Opener(due)), whole);
            case 4:
                // Right, without having looked.
                return (right, string.Join('\n', WorldText.Careless(request, due, musing)));
            case 5:
                // The category's line misread: other ids, or other decisions, or a line where there is none.
                var misread = rules with { Lines = new Dictionary<string, IReadOnlyList<WorldRule>>(rules.Lines, StringComparer.Ordinal) { [request.Category] = WorldRules.Random([request.Category], ref random).Lines[request.Category] } };
                var taken = misread.Decide(request.Category, request.Type);
                return (random.NextBool(0.5) ? right : WorldText.Answer(request, taken, rules.Opener(taken)), string.Join('\n', WorldText.Thought(request, misread, musing)));
            default:
                return ($" {Garbled(right, ref random)}", whole);
        }
    }

    /// <summary>No answer of any kind, or one in which words are missing, repeated, exchanged or out of their place; never empty.</summary>
    private static string Garbled(string right, ref RandomStream random)
    {
        var words = right.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        for (var changes = random.Next(1, 3); changes > 0; changes--)
        {
            var at = random.Next(words.Count);
            switch (random.Next(6))
            {
                case 0 when words.Count > 1: words.RemoveAt(at); break;
                case 1: words.Insert(at, words[at]); break;
                case 2: words.Insert(random.Next(words.Count + 1), random.Pick<string>(Words)); break;
                case 3: words[at] = random.Pick<string>(Openers); break;
                case 4: words = [.. words.Take(at + 1)]; break;
                default: words[at] = random.NextBool(0.3) && words[at].Length > 1 ? words[at][..random.Next(1, words[at].Length)] : random.Pick<string>(Words); break;
            }
        }

        return string.Join(' ', words);
    }
}
