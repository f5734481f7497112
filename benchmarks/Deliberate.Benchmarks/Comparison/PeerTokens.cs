using System.Globalization;

namespace Deliberate.Benchmarks;

/// <summary>
/// How many tokens a whole process worked on, warming up too, so that its processor time and its instructions can be told by the
/// token. Our programs and the peers of this repository print it; the shared peers do so many repeats of their own.
/// </summary>
internal static class PeerTokens
{
    private const string Pattern = "([0-9]+) tokens in all", StepsPattern = "processor ([0-9.]+) microseconds a token";

    /// <summary>Prompts and samples of a GRPO step, and the mean of its lengths: geometric with mean 47.5, cut at 128.</summary>
    private const double GrpoStep = 256 * 44.4;

    private const int Sampled = 128, SampledToWarmUp = 8;

    /// <summary>Of a run of the peer's; null where a work has no tokens.</summary>
    /// <param name="peer">torch or libtorch.</param>
    /// <param name="words">As its run.sh gets them.</param>
    /// <param name="repeats">Asked for; only PyTorch's training takes it.</param>
    public static double? Of(string peer, string words, int repeats, string output) => ComparedFigure.Find(output, Pattern) ?? (words.Split(' ') switch
    {
        ["train", _, var sequences, var length, ..] => Number(sequences) * Number(length) * (peer == "torch" ? repeats + 2 : 9),
        ["sample", _, var batch, ..] => Number(batch) * (SampledToWarmUp + (Sampled * (Number(batch) < 256 ? 5 : 3))),
        ["grpo", ..] => GrpoStep * 7,
        _ => null,
    });

    /// <summary>Of a run of ours.</summary>
    public static double? OfOurs(string output) => ComparedFigure.Find(output, Pattern);

    /// <summary>Processor seconds a token of the measured steps alone, without start and warming up; null where a run does not say.</summary>
    public static double? ProcessorOfSteps(string output) => ComparedFigure.Find(output, StepsPattern) / 1e6;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
