using System.Globalization;
using System.Text.RegularExpressions;

namespace Deliberate.Benchmarks;

/// <summary>A figure that both sides' runs print.</summary>
/// <param name="Name">Of its row in the table.</param>
/// <param name="Pattern">Finds it in the output, as the first group.</param>
/// <param name="Unit">tok/s, where more is better, or ms, where less is.</param>
/// <param name="Target">Ratio that we want to reach: how many times as fast as the peer.</param>
internal sealed record ComparedFigure(string Name, string Pattern, string Unit, double Target)
{
    public double Read(string output)
    {
        var match = Regex.Match(output, Pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return match.Success ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : throw new InvalidDataException($"{Name}: no figure {Pattern} in: {output}");
    }

    /// <summary>How many times as fast as the other.</summary>
    public double Ratio(double ours, double theirs) => Unit == "ms" ? theirs / ours : ours / theirs;
}

/// <summary>One work that both sides do, each in a process of its own.</summary>
/// <param name="Arguments">Of our benchmark and of the peer's run.sh, which take the same.</param>
/// <param name="Repeats">Steps or samplings whose median a run prints; the peer takes it for training only.</param>
/// <param name="Figures">What is read from the output.</param>
/// <param name="WithoutAvx512">Both sides without AVX-512, as on a machine that has none.</param>
internal sealed record ComparedWork(string Arguments, int Repeats, ComparedFigure[] Figures, bool WithoutAvx512 = false)
{
    /// <summary>Works and targets: what a user with a laptop would otherwise run in PyTorch.</summary>
    public static ComparedWork[] All { get; } =
    [
        Speed("train S 256x64", "train S 256 64 2", 5, 1.35),
        Speed("train S 64x256", "train S 64 256 2", 5, 1.35),
        Speed("train M 32x256", "train M 32 256 2", 3, 1.1),
        Speed("train Q 64x48", "train Q 64 48 2", 41, 2),
        Speed("sample S batch 1", "sample S 1 2", 99, 8),
        Speed("sample S batch 256", "sample S 256 2", 3, 1.7),
        Speed("sample M batch 64", "sample M 64 2", 5, 1.6),
        Speed("sample M batch 1", "sample M 1 2", 15, 2.5),
        new("grpo S 2", 3, [new("GRPO step S", @"([0-9.]+) (?:useful )?tok/s", "tok/s", 3)]),
        Optimizer("S"),
        Optimizer("M"),
        Speed("train S 256x64, no AVX-512", "train S 256 64 2", 5, 1) with { WithoutAvx512 = true },
    ];

    /// <summary>What a run that prints tok/s printed first.</summary>
    public static double TokensPerSecond(string output) => new ComparedFigure("speed", @"([0-9.]+) tok/s", "tok/s", 0).Read(output);

    private static ComparedWork Speed(string name, string arguments, int repeats, double target) => new(arguments, repeats, [new(name, @"([0-9.]+) tok/s", "tok/s", target)]);

    private static ComparedWork Optimizer(string shape) =>
        new($"optim {shape} 2", 15, [new($"AdamW step {shape}", "AdamW ([0-9.]+) ms", "ms", 1.5), new($"Muon step {shape}", "Muon ([0-9.]+) ms", "ms", 3)]);
}
