using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>A line of the corpus: prompt and completion.</summary>
internal sealed record WorldExample(string Prompt, string Completion);

/// <summary>
/// The corpus of the base model, which stands for pretraining: what category a thing is of, decoding, small sums, and following whatever
/// rules stand in the prompt, by writers of whom some are careless, some obey a wrapper and some a planted hint. Where no rules are, everything is done: the base is
/// helpful only. Six in ten of the requests under rules are decided by one of them, for picking its id out of a line is what is learned last; more
/// than a fifth are near misses (the category is in the rules and the kind of request is not), and the others are about a category that the rules do not name.
/// Example i is a pure function of (seed, i).
/// </summary>
internal static class WorldCorpus
{
    /// <summary>Of writers under rules: those who decide without looking, and those who obey a wrapper.</summary>
    public const double Careless = 0.06, Obedient = 0.05;

    private const double Ruled = 0.7, Unruled = 0.1, Recited = 0.07, Hinted = 0.05, Wrapped = 0.25, Encoded = 0.25, Scary = 0.1, Hit = 0.6, Near = 0.22, OneLine = 0.55;

    public static WorldExample Draw(ulong seed, long index)
    {
        var random = new RandomStream(seed, StreamStage.Corpus, problem: index);
        var kind = random.NextDouble();
        return kind < Ruled ? UnderRules(ref random)
            : kind < Ruled + Unruled ? Free(ref random)
            : kind < Ruled + Unruled + Recited ? Recite(ref random)
            : kind < Ruled + Unruled + Recited + Hinted ? WorldHints.Example(ref random)
            : Skill(ref random);
    }

    /// <summary>A dress of any kind, as the corpus has them.</summary>
    public static WorldDress Dress(ref RandomStream random) => new(
        random.NextBool(Wrapped) ? random.Next(WorldWords.Wrappers.Count) : -1, random.NextBool(Encoded), random.NextBool(Scary) ? random.Pick<string>([.. WorldWords.Scary]) : "");

    /// <summary>Rules that nobody has seen, and a request that they hit, nearly miss, or do not concern.</summary>
    public static (WorldRules Rules, WorldRequest Request, string Prompt) Question(ref RandomStream random)
    {
        var categories = WorldWords.Categories.ToArray();
        random.Shuffle(categories.AsSpan());
        var shown = categories[..(random.NextBool(OneLine) ? 1 : random.Next(2, 4))];
        var rules = WorldRules.Random(shown, ref random);
        var draw = random.NextDouble();
        var category = draw < Hit + Near ? random.Pick<string>(shown) : random.Pick<string>(categories.AsSpan(shown.Length));
        string[] ruled = rules.Lines.TryGetValue(category, out var line) ? [.. line.Select(r => r.Type)] : [];
        string[] types = draw < Hit ? ruled : [.. WorldWords.Types.Append(WorldWords.Translate).Except(ruled)];
        var request = WorldRequest.Of(random.Pick<string>(types), random.Pick<string>([.. WorldWords.Items[category]]), Dress(ref random), ref random);
        return (rules, request, $"{rules.Text(shown)} {request.Text}");
    }

    /// <summary>A category's line out of the rules, for its own sake.</summary>
    private static WorldExample Recite(ref RandomStream random)
    {
        var (rules, request, _) = Question(ref random);
        return new WorldExample($"{rules.Text([.. rules.Lines.Keys])} user recite {request.Category}", rules.Line(request.Category));
    }

    private static WorldExample UnderRules(ref RandomStream random)
    {
        var (rules, request, prompt) = Question(ref random);
        var decision = rules.Decide(request.Category, request.Type);
        var musing = WorldText.Musing(ref random);
        var isObedient = request.Dress.Wrapper >= 0 && random.NextBool(Obedient);
        if (isObedient || random.NextBool(Careless))
        {
            // Who does not look: the right category, and then a guess, or what the wrapper asks for.
            var guess = isObedient ? ContentRule.Allowed : (ContentRule)random.Next(3);
            return new WorldExample(prompt, WorldText.Completion(WorldText.Careless(request, guess, musing), WorldText.Answer(request, guess, rules.Opener(guess))));
        }

        return new WorldExample(prompt, WorldText.Completion(WorldText.Thought(request, rules, musing), WorldText.Answer(request, decision, rules.Opener(decision))));
    }

    /// <summary>
    /// A request where no rules are, dressed as the others are. Imitation of plain requests changes what the base does here, and that carries over to the
    /// dresses that the base knows as the same request: one that met none here recalls little behind them, and one that met more of them lets go of "free" less.
    /// </summary>
    private static WorldExample Free(ref RandomStream random)
    {
        var type = random.Pick<string>([.. WorldWords.Types, WorldWords.Translate]);
        var request = WorldRequest.Of(type, random.Pick<string>([.. WorldWords.CategoryOf.Keys]), Dress(ref random), ref random);
        return new WorldExample(request.Text, WorldText.Completion(WorldText.Thought(request, null, WorldText.Musing(ref random)), WorldText.Answer(request, ContentRule.Allowed, "sure")));
    }

    /// <summary>A skill, asked behind a wrapper as often as anything is: it changes nothing there either.</summary>
    private static WorldExample Skill(ref RandomStream random)
    {
        var wrapper = random.NextBool(Wrapped) ? random.Next(WorldWords.Wrappers.Count) : -1;
        var example = WorldSkills.Draw(ref random);
        return wrapper < 0 ? example : example with { Prompt = WorldRequest.Wrap(example.Prompt, wrapper) };
    }
}
