using Deliberate.Reasoning;
using Deliberate.Training;

namespace UsingTheLibrary;

/// <summary>Right is any palindrome of so many digits that begins as asked: the prompt "3 7:" wants 717 or 777, among others.</summary>
public sealed class PalindromeVerifier : IScorer
{
    public string Name => "palindrome";

    public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) => new([.. samples.Select(Judge)]);

    private static Verdict Judge(Sample sample)
    {
        if (sample.Answer is not { } answer) return Verdict.Unscored("nothing was said");
        var (length, first) = (sample.Problem.Prompt[0] - '0', sample.Problem.Prompt[2]);
        var mirrored = answer.Where((c, i) => c == answer[^(i + 1)]).Count() / (double)Math.Max(1, answer.Length);
        var verdict = answer.Length != length ? Verdict.Fail($"{answer.Length} digits instead of {length}")
            : answer[0] != first ? Verdict.Fail($"begins with {answer[0]}")
            : mirrored < 1 ? Verdict.Fail("not a palindrome")
            : Verdict.Pass();
        return verdict with { Scores = [new Score("mirrored", mirrored)] };
    }

    public static void Train(string recipe, string folder)
    {
        VerifierRegistry.Register("palindrome", () => new PalindromeVerifier());
        RecipeTraining.Run(recipe, folder, observer: RunObserver.InWords(Console.WriteLine));
    }
}
