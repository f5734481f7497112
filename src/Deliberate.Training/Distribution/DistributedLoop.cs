using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// A loop whose problems are shared out among ranks: each draws and judges its own, and all have all of them afterwards. A sample is
/// the same whichever rank draws it, for its stream is keyed by its problem's place and not by the rank's.
/// </summary>
/// <param name="loop">Of this rank.</param>
/// <param name="world">All ranks.</param>
/// <param name="firstAlone">Whether rank 0 draws all, as where servers do.</param>
internal sealed class DistributedLoop(ISampleLoop loop, World world, bool firstAlone = false) : ISampleLoop
{
    /// <inheritdoc/>
    public SampleGroup[] Run(IReadOnlyList<Problem> problems, int samples, int maxTokens, SamplingOptions options, Func<int, int, RandomStream> stream, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var (begin, end) = ShareOf(problems.Count, samples, world.Rank);
        Problem[] own = [.. problems.Skip(begin).Take(end - begin)];
        var drawn = own.Length == 0 ? [] : loop.Run(own, samples, maxTokens, options, (i, g) => stream(begin + i, g), progress, cancellation);
        foreach (var group in drawn) world.Count(group.Samples.Sum(s => s.Sample.Tokens.Count));
        var all = new List<SampleGroup>();
        foreach (var (rank, part) in world.Gather("samples", SampleBytes.Write(drawn)).Index())
        {
            var (from, to) = ShareOf(problems.Count, samples, rank);
            all.AddRange(SampleBytes.Read(part, [.. problems.Skip(from).Take(to - from)]));
        }

        return [.. all];
    }

    private (int Begin, int End) ShareOf(int problems, int samples, int rank) => !firstAlone ? world.Share(problems, _ => samples, rank) : rank == 0 ? (0, problems) : (problems, problems);
}
