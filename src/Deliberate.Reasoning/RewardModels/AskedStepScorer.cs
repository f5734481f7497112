using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>
/// A language model asked of each step whether it is right (a generative verifier, arXiv 2408.15240, without a thought of its own): its
/// score is P(yes) / (P(yes) + P(no)) of the next token. Needs no training, and so is what a trained reward model is held against.
/// </summary>
internal sealed class AskedStepScorer : IStepScorer, IDisposable
{
    private readonly LanguageModel? _owned;
    private readonly ProblemEncoder _encoder;
    private readonly TextScorer _scorer;
    private readonly int[] _yes, _no;

    /// <param name="model">To ask.</param>
    /// <param name="encoder">Of its text format.</param>
    /// <param name="positions">Longest question, in tokens.</param>
    /// <param name="name">Of the model.</param>
    /// <param name="owns">Whether the model goes with the scorer; it is another's where false.</param>
    public AskedStepScorer(LanguageModel model, ProblemEncoder encoder, int positions, string name, bool owns = true)
    {
        (_owned, _encoder, Name) = (owns ? model : null, encoder, name);
        // Behind plain text a word begins with its space; behind a template's turn it does not.
        var space = encoder.Format.ChatTemplate is null ? " " : "";
        (_yes, _no) = (encoder.Tokenizer.Encode(space + "Yes"), encoder.Tokenizer.Encode(space + "No"));
        _scorer = new TextScorer(model, [], positions, positions - 1);
    }

    public string Name { get; }

    public IReadOnlyList<StepScores> Score(IReadOnlyList<StepPath> paths, CancellationToken cancellation)
    {
        var texts = new List<int[]>();
        foreach (var path in paths)
        {
            for (var i = path.First; i < path.Steps.Count; i++)
            {
                var question = _encoder.Prompt(Question(path.Problem.Prompt, [.. path.Steps.Take(i + 1).Select(s => s.Text.Trim())]));
                texts.Add([.. question, _yes[0]]);
                texts.Add([.. question, _no[0]]);
            }
        }

        var logp = _scorer.Score(texts, cancellation: cancellation);
        var results = new List<StepScores>();
        var at = 0;
        foreach (var path in paths)
        {
            var scores = new double[path.Steps.Count - path.First];
            var tokens = 0;
            for (var i = 0; i < scores.Length; i++, at += 2)
            {
                // σ of the difference of the two log-probabilities.
                scores[i] = 1 / (1 + Math.Exp(logp[at + 1][^1] - logp[at][^1]));
                tokens += texts[at].Length + texts[at + 1].Length;
            }

            results.Add(new StepScores(scores, tokens));
        }

        return results;
    }

    public void Dispose()
    {
        _scorer.Dispose();
        _owned?.Dispose();
    }

    private static string Question(string problem, IReadOnlyList<string> steps) =>
        $"Problem:\n{problem}\n\nSolution so far:\n{string.Join('\n', steps)}\n\nIs the last step right? Answer Yes or No.\nAnswer:";
}
