using System.Globalization;

namespace Deliberate.Benchmarks;

/// <summary>One work that all sides do, each in a process of its own.</summary>
/// <param name="Words">Of our benchmark, without threads and repeats; MODEL stands for a model's file.</param>
/// <param name="PeerWords">Of the peers' run.sh, likewise.</param>
/// <param name="Repeats">Steps or samplings whose median a run prints; peers may have a number of their own.</param>
/// <param name="Figures">What is read from the output.</param>
internal sealed record ComparedWork(string Words, string PeerWords, int Repeats, ComparedFigure[] Figures)
{
    private const string ModelWord = "MODEL";

    /// <summary>All sides without AVX-512, as on a machine that has none.</summary>
    public bool WithoutAvx512 { get; init; }

    /// <summary>The peers that do not have this work.</summary>
    public string[] Lacking { get; init; } = [];

    /// <summary>Resident memory of ours that the row's target allows, in megabytes; null where there is no such target.</summary>
    public double? MostMegabytes { get; init; }

    public bool NeedsModel => Words.Contains(ModelWord, StringComparison.Ordinal);

    /// <summary>Works and targets: what a user with a laptop would otherwise run in PyTorch.</summary>
    public static ComparedWork[] All { get; } =
    [
        Speed("train S 256x64", "train S 256 64", 5, 1.6),
        Speed("train S 64x256", "train S 64 256", 5, 1.6),
        Speed("train M 32x256", "train M 32 256", 3, 1.25),
        Speed("train Q 64x48", "train Q 64 48", 41, 2),
        Speed("sample S batch 1", "sample S 1", 99, 8),
        Speed("sample S batch 256", "sample S 256", 3, 2),
        Speed("sample M batch 64", "sample M 64", 5, 2),
        Speed("sample M batch 1", "sample M 1", 15, 2.5),
        new("grpo S", "grpo S", 3, [new("GRPO step S", @"([0-9.]+) (?:useful )?tok/s", "tok/s", 4)]),
        Optimizer("S"),
        Optimizer("M"),
        Speed("SmolLM2-135M step 4x512", "train 135M 4 512", 3, 1.2) with { Lacking = ["torch"] },
        // Base as BF16, in micro-batches of 512, which is what memory below 1 GB asks for; the peer has all rows at once, its fastest.
        Speed("SmolLM2-135M LoRA step", "lora 135M BF16", 3, 1.2) with { PeerWords = "lora 135M 2048 2048", Lacking = ["torch"], MostMegabytes = 1000 },
        Pretrained("prefill 512", "prefill MODEL F32 512", 5, 1.2),
        Pretrained("decode batch 1", "decode MODEL F32 1", 3, 2),
        Pretrained("decode batch 16", "decode MODEL F32 16", 3, 1.5),
        Pretrained("decode batch 64", "decode MODEL F32 64", 3, 1.3),
        Speed("train S 256x64, no AVX-512", "train S 256 64", 5, 1) with { WithoutAvx512 = true },
    ];

    /// <summary>What a run that prints tok/s printed first.</summary>
    public static double TokensPerSecond(string output) => new ComparedFigure("speed", @"([0-9.]+) tok/s", "tok/s", 0).Read(output);

    /// <summary>The arguments of our program.</summary>
    public string[] Ours(int threads, int repeats, string? model)
    {
        string[] words = [.. Words.Split(' ').Select(w => w == ModelWord ? model ?? throw new InvalidOperationException($"{Words} needs a model.") : w)];
        string[] last = words[0] == "lora" ? [Text(threads), "2048", "512", Text(repeats)] : [Text(threads), Text(repeats)];
        return [.. words, .. last];
    }

    /// <summary>The arguments of a peer's run.sh behind its folders.</summary>
    public string[] Peers(int threads, int repeats) => [Text(repeats), .. PeerWords.Split(' '), Text(threads)];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static ComparedWork Speed(string name, string words, int repeats, double target) => new(words, words, repeats, [new(name, @"([0-9.]+) tok/s", "tok/s", target)]);

    private static ComparedWork Pretrained(string name, string words, int repeats, double target) =>
        Speed($"SmolLM2-135M {name}", words, repeats, target) with { PeerWords = words.Replace($"{ModelWord} F32 ", "", StringComparison.Ordinal) };

    private static ComparedWork Optimizer(string shape) =>
        new($"optim {shape}", $"optim {shape}", 15, [new($"AdamW step {shape}", "AdamW ([0-9.]+) ms", "ms", 1.5), new($"Muon step {shape}", "Muon ([0-9.]+) ms", "ms", 3)]) { Lacking = ["libtorch"] };
}
