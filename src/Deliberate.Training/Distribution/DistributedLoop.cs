using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// A loop whose problems are shared out among ranks: each draws and judges its own, and all have all of them afterwards. A sample is
/// the same whichever rank draws it, for its stream is keyed by its problem's place and not by the rank's.
/// </summary>
internal sealed class DistributedLoop(ISampleLoop loop, World world) : ISampleLoop
{
    /// <inheritdoc/>
    public SampleGroup[] Run(IReadOnlyList<Problem> problems, int samples, int maxTokens, SamplingOptions options, Func<int, int, RandomStream> stream, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var (begin, end) = world.Share(problems.Count, _ => samples);
        Problem[] own = [.. problems.Skip(begin).Take(end - begin)];
        var drawn = own.Length == 0 ? [] : loop.Run(own, samples, maxTokens, options, (i, g) => stream(begin + i, g), progress, cancellation);
        foreach (var group in drawn) world.Count(group.Samples.Sum(s => s.Sample.Tokens.Count));
        var all = new List<SampleGroup>();
        foreach (var (rank, part) in world.Gather("samples", SampleBytes.Write(drawn)).Index())
        {
            var (from, to) = world.Share(problems.Count, _ => samples, rank);
            all.AddRange(SampleBytes.Read(part, [.. problems.Skip(from).Take(to - from)]));
        }

        return [.. all];
    }
}
