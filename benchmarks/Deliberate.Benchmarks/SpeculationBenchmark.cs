using System.Diagnostics;
using System.Globalization;
using Deliberate.Models;

namespace Deliberate.Benchmarks;

/// <summary>
/// What guessing tokens gains a request that is alone: the same conversations answered with and without, in turn (A B A B), the tokens
/// compared. Two kinds: a text to be repeated with a change, where what stood before guesses well, and an open question, where it guesses
/// badly. With a draft model, that one guesses.
/// </summary>
internal static class SpeculationBenchmark
{
    private const int Budget = 160;

    private const string Passage =
        "def total(prices, tax):\n    result = 0\n    for price in prices:\n        result = result + price\n    result = result * (1 + tax)\n    return result\n\ndef mean(prices):\n    result = 0\n    for price in prices:\n        result = result + price\n    return result / len(prices)\n";

    private static readonly (string Name, string Prompt)[] Cases =
    [
        ("repeat a text", $"Repeat this code exactly, and add nothing:\n\n{Passage}"),
        ("open question", "Tell me a story about a lighthouse and the people who keep it."),
    ];

    public static void Run(string path, int pairs, int tokens, string? draftPath)
    {
        using var draft = draftPath is null ? null : TextModel.Open(draftPath);
        foreach (var temperature in new[] { 0.0, 0.7 })
        {
            foreach (var (name, prompt) in Cases)
            {
                var sampling = new SamplingOptions { Temperature = temperature };
                using var plain = TextModel.Open(path, hosting: new ModelHostOptions { Slots = 1 });
                using var guessing = TextModel.Open(path, hosting: new ModelHostOptions { Slots = 1, Speculation = new Speculation { Tokens = tokens, Draft = draft } });
                List<double> ratios = [];
                var drawn = 0;
                for (var pair = 0; pair <= pairs; pair++)
                {
                    var options = new GenerateOptions { MaxTokens = Budget, Sampling = sampling, Seed = (ulong)pair };
                    var (without, slow) = Time(plain, prompt, options);
                    var (with, fast) = Time(guessing, prompt, options);
                    if (!without.SequenceEqual(with)) throw new InvalidOperationException("The text is another one with guesses.");
                    // The first reads the prompt.
                    if (pair == 0) continue;
                    ratios.Add(slow / fast);
                    drawn += with.Count;
                }

                var (guessed, right) = guessing.Host.Guesses;
                ratios.Sort();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name}, temperature {temperature}, {tokens} tokens at once {(draft is null ? "looked up" : "from " + draft.Name)}: {ratios[0]:F2}, {ratios[ratios.Count / 2]:F2}, {ratios[^1]:F2} times as fast (least, median, most of {pairs} pairs, {drawn} tokens); {right} of {guessed} guesses were right; the tokens are the same"));
            }
        }
    }

    private static (IReadOnlyList<int> Tokens, double Seconds) Time(TextModel model, string prompt, GenerateOptions options)
    {
        var text = model.CanChat ? model.Format.Render(new Jinja.ChatTemplateInput { Messages = Jinja.ChatTemplateInput.MessagesOf(("user", prompt)), AddGenerationPrompt = true }).Text : prompt;
        var start = Stopwatch.GetTimestamp();
        var completion = model.Generate(text, options);
        return (completion.Tokens, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
