using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Studies;

/// <summary>What choosing among samples came to, problem by problem: by a reward model, by the majority, by none.</summary>
/// <param name="Ns">Numbers of samples that are chosen among.</param>
/// <param name="Right">[n][problem]: how likely the answer of the chosen one is right, exactly over all ways to draw n.</param>
/// <param name="StepsRight">[n][problem]: and every step; empty of a majority, which chooses an answer.</param>
internal sealed record ChoiceScores(int[] Ns, double[][] Right, double[][] StepsRight)
{
    public double[] At(int n) => Right[Array.IndexOf(Ns, n)];

    public double[] StepsAt(int n) => StepsRight[Array.IndexOf(Ns, n)];
}

/// <summary><c>scores/NAME.json</c> of a seed: a reward model's scores on both families, and what its labels cost.</summary>
/// <param name="Solutions">That it learned from.</param>
/// <param name="Labels">Steps, or outcomes, that were said of them.</param>
/// <param name="StepsRead">That whoever labels has to read for it.</param>
/// <param name="Own">On the family that it learned.</param>
/// <param name="Other">On the one that no reward model was trained on; null where it was not measured there.</param>
/// <param name="FirstMistakes">Of each different held-out solution its first wrong step and the one that was found at P(wrong) of one half; empty where nothing is said of steps.</param>
internal sealed record VerifyScores(int Solutions, int Labels, int StepsRead, ChoiceScores Own, ChoiceScores? Other, int[][] FirstMistakes)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static VerifyScores Read(string path) => JsonSerializer.Deserialize<VerifyScores>(Utf8Text.Read(path).Span, Options)!;

    public void Write(string path) => AtomicFile.WriteJson(path, this, Options);
}
