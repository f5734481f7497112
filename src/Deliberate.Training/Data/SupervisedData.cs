using System.Globalization;
using System.Text;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// Examples of the user's files in memory, as tokens. Training sees them in passes without end, each in an order of its own: a pass
/// holds each example of a file as often as its weight says (of a fractional weight, in turns). Examples are held out for
/// validation by a hash of what they say, so that they stay so whatever else the files hold. A pure function of files, format and seed.
/// </summary>
internal sealed class SupervisedData
{
    /// <summary>Tokens that a measurement of held-out examples takes, but for the last example.</summary>
    private const int MostMeasured = 1 << 16;

    private readonly List<Part> _parts;
    private readonly ulong _seed;
    private readonly int _length;
    private (long Pass, SupervisedExample[] Examples)? _pass;

    private SupervisedData(List<Part> parts, List<SupervisedExample> validation, ulong seed)
    {
        (_parts, Validation, _seed) = (parts, validation, seed);
        _length = parts.Sum(p => p.PerPass);
    }

    /// <summary>Of the examples held out, as many as are measured.</summary>
    public IReadOnlyList<SupervisedExample> Validation { get; }

    /// <summary>What became of each file, in words.</summary>
    public IReadOnlyList<string> Notices { get; private init; } = [];

    /// <summary>Mean tokens of a pass, prompts included.</summary>
    public double TokensPerPass => _parts.Sum(p => p.Weight * p.Examples.Sum(e => (double)e.Tokens.Length));

    /// <summary>Mean tokens of an example before its first target, and in all.</summary>
    public (double Prompt, double Example) MeanLengths => (_parts.SelectMany(p => p.Examples).Average(e => e.FirstTarget), _parts.SelectMany(p => p.Examples).Average(e => e.Tokens.Length));

    /// <param name="recipe">Files, weights and what becomes of examples that cannot be used as they are.</param>
    /// <param name="format">Of the model.</param>
    /// <param name="context">Longest example.</param>
    /// <param name="seed">Of the order.</param>
    /// <exception cref="UserError">A line is wrong, or nothing is left to train on.</exception>
    public static SupervisedData Load(SupervisedRecipe recipe, TextFormat format, int context, ulong seed) => Load(recipe, new ImitationReader(format), context, seed);

    /// <param name="recipe">Files, weights and what becomes of examples that cannot be used as they are.</param>
    /// <param name="reader">Of the files.</param>
    /// <param name="context">Longest example.</param>
    /// <param name="seed">Of the order.</param>
    /// <param name="together">Most tokens of the two answers of a pair, where both are learned from in one pass; null where they need not be.</param>
    /// <exception cref="UserError">A line is wrong, or nothing is left to train on.</exception>
    public static SupervisedData Load(SupervisedRecipe recipe, IExampleReader reader, int context, ulong seed, int? together = null)
    {
        var seen = new Dictionary<string, ExampleLine>(StringComparer.Ordinal);
        var (parts, validation, notices) = (new List<Part>(), new List<SupervisedExample>(), new List<string>());
        long measured = 0;
        for (var f = 0; f < recipe.Data.Count; f++)
        {
            var file = recipe.Data[f];
            var examples = new List<SupervisedExample>();
            int lines = 0, longOnes = 0, repeated = 0, heldOut = 0;
            foreach (var line in reader.Read(file))
            {
                lines++;
                if (!seen.TryAdd(line.Key, line) && recipe.Duplicates != RepeatedExamples.Keep)
                {
                    if (recipe.Duplicates == RepeatedExamples.Refuse) throw line.Error($"The example stands in line {seen[line.Key].Line}{(seen[line.Key].File == file ? "" : $" of {seen[line.Key].File}")} already.", advice: "Remove it, or say duplicates: drop.");
                    repeated++;
                    continue;
                }

                var encoded = line.Encode();
                if (encoded.FirstOrDefault(e => e.Longest > context) is { Tokens: not null } tooLong)
                {
                    if (recipe.TooLong == LongExamples.Refuse) throw line.Error($"The example has {tooLong.Longest} tokens, more than the model's context of {context}.", advice: "Shorten it, raise model.context, or say too_long: drop.");
                    longOnes++;
                    continue;
                }

                if (together is { } most && encoded.FirstOrDefault(e => e.Tokens.Length > most) is { Tokens: not null } pair)
                    throw line.Error($"The two answers have {pair.Tokens.Length} tokens together, their prompts included, more than the {most} of a micro-batch.", advice: "Raise micro_batch_tokens.");
                if (IsHeldOut(line.Key, recipe.Validation))
                {
                    heldOut++;
                    if (measured < MostMeasured) validation.AddRange(encoded);
                    measured += encoded.Sum(e => e.Tokens.Length);
                }
                else
                {
                    examples.AddRange(encoded);
                }
            }

            if (lines == 0) throw new UserError("The file holds no example.", file, advice: "Each line is an object such as {\"prompt\": \"2+3=\", \"completion\": \"5\"}.");
            if (examples.Count == 0) throw new UserError($"Nothing of the file is left to train on: of {lines} examples {longOnes} are longer than the context of {context} tokens, {repeated} repeat others, {heldOut} are held out.", file, field: "supervised.data", advice: longOnes == lines ? "Raise model.context." : "Add examples, or set supervised.validation to 0.");
            notices.Add(string.Create(CultureInfo.InvariantCulture, $"{file}: {lines} examples, {examples.Count} to train on ({examples.Sum(e => (long)e.Tokens.Length)} tokens, {examples.Sum(e => (long)e.Targets)} of them targets), {heldOut} held out{Dropped(longOnes, $"longer than the context of {context} tokens")}{Dropped(repeated, "repeat others")}."));
            var weight = recipe.Weights.Count > 0 ? recipe.Weights[f] : 1;
            if (weight > 0) parts.Add(new Part([.. examples], weight));
        }

        if (reader.Notice is { } notice) notices.Add(notice);
        return new SupervisedData(parts, validation, seed) { Notices = notices };
    }

    /// <summary>The number-th example to train on, from 0.</summary>
    public SupervisedExample Draw(long number)
    {
        var (pass, at) = Math.DivRem(number, _length);
        if (_pass is not { } known || known.Pass != pass) _pass = known = (pass, Order(pass));
        return known.Examples[at];
    }

    /// <summary>
    /// The steps that come nearest to so many passes, cut as training cuts them: examples in their order, and a step takes them until it holds
    /// its tokens. What is left over is a step where it fills half of one; the others then are of another pass.
    /// </summary>
    public int StepsOf(double passes, int batchTokens)
    {
        var examples = (long)Math.Max(1, Math.Round(passes * _length));
        var (steps, tokens) = (0, 0L);
        for (var number = 0L; number < examples; number++)
        {
            tokens += Draw(number).Tokens.Length;
            if (tokens >= batchTokens) (steps, tokens) = (steps + 1, 0);
        }

        return Math.Max(1, 2 * tokens >= batchTokens ? steps + 1 : steps);
    }

    /// <summary>Whether an example is held out where this share is.</summary>
    public static bool IsHeldOut(string key, double share)
    {
        if (share <= 0) return false;
        var hash = 14695981039346656037UL;
        foreach (var value in Encoding.UTF8.GetBytes(key)) hash = (hash ^ value) * 1099511628211UL;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
        return ((hash ^ (hash >> 31)) >> 11) * (1.0 / (1UL << 53)) < share;
    }

    private SupervisedExample[] Order(long pass)
    {
        var examples = new List<SupervisedExample>(_length);
        for (var p = 0; p < _parts.Count; p++)
        {
            var part = _parts[p];
            int[]? order = null;
            for (var k = 0; k < part.PerPass; k++)
            {
                // A file's own sequence goes on from pass to pass, so that fractions of it take turns.
                var (round, at) = Math.DivRem((pass * part.PerPass) + k, part.Examples.Length);
                if (order is null || at == 0) order = Shuffled(part.Examples.Length, round, p + 1);
                examples.Add(part.Examples[order[at]]);
            }
        }

        var all = examples.ToArray();
        new RandomStream(_seed, StreamStage.DataOrder, step: pass).Shuffle(all.AsSpan());
        return all;
    }

    private int[] Shuffled(int count, long round, int part)
    {
        var order = Enumerable.Range(0, count).ToArray();
        new RandomStream(_seed, StreamStage.DataOrder, step: round, problem: part).Shuffle(order.AsSpan());
        return order;
    }

    private static string Dropped(int count, string why) => count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {count} left out ({why})");

    /// <summary>A file's examples.</summary>
    private sealed record Part(SupervisedExample[] Examples, double Weight)
    {
        /// <summary>How many examples of the file a pass holds.</summary>
        public int PerPass { get; } = (int)Math.Clamp(Math.Round(Weight * Examples.Length), 1, int.MaxValue);
    }
}
