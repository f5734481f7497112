using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// Mean tokens of a training recipe's worked solutions, prompt and end included, with thought and as bare answers. By their ratio
/// a control without thought gets batches of as many examples; by their sizes the work of a run is estimated.
/// </summary>
/// <param name="Thought">Over the corpus as it is mixed.</param>
/// <param name="Direct">The same examples as answers only.</param>
/// <param name="ByFamily">With thought, of each part.</param>
internal sealed record CorpusLengths(double Thought, double Direct, IReadOnlyDictionary<string, double> ByFamily)
{
    private const int Turns = 60;

    public static CorpusLengths Measure(TrainRecipe recipe)
    {
        var family = recipe.Family.Instance;
        var encoder = new ProblemEncoder(ProblemEncoder.FormatFor(family));
        var examples = recipe.Family.Parts.Sum(p => p.Share) * Turns;
        var sums = new Dictionary<string, (double Tokens, int Count)>(StringComparer.Ordinal);
        double thought = 0, direct = 0;
        for (var i = 0; i < examples; i++)
        {
            var drawn = Corpus.Draw(family, recipe.Family.Mix, recipe.Family.Writers, seed: 1, i);
            var tokens = encoder.Example(drawn.Prompt, drawn.Completion).Tokens.Length;
            thought += tokens;
            direct += encoder.Example(drawn.Prompt, drawn.DirectAnswer).Tokens.Length;
            var (sum, count) = sums.GetValueOrDefault(drawn.Problem.Family);
            sums[drawn.Problem.Family] = (sum + tokens, count + 1);
        }

        return new CorpusLengths(thought / examples, direct / examples, sums.ToDictionary(s => s.Key, s => s.Value.Tokens / s.Value.Count, StringComparer.Ordinal));
    }
}
