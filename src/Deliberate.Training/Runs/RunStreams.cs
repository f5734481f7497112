using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>The files of a run that grow with every step, and the offsets that checkpoints record of them.</summary>
internal sealed class RunStreams : IDisposable
{
    private readonly MetricsStream _metrics, _timings;
    private readonly SampleStore _samples;
    private readonly TensorBoardWriter _board;

    public RunStreams(string folder, TimeProvider time)
    {
        _metrics = new MetricsStream(Path.Combine(folder, MetricsStream.MetricsFile));
        _timings = new MetricsStream(Path.Combine(folder, MetricsStream.TimingsFile));
        _samples = new SampleStore(Path.Combine(folder, SampleStore.FileName));
        _board = new TensorBoardWriter(Path.Combine(folder, TensorBoardWriter.FileName), time);
    }

    /// <summary>A run begins.</summary>
    public void Start(TrainRecipe recipe)
    {
        _board.Start(RecipeSettings.Of(recipe));
        _board.Flush(toDisk: false);
    }

    /// <summary>It came to its end.</summary>
    public void End()
    {
        _board.End();
        _board.Flush(toDisk: false);
    }

    public void Step(long step, MetricValues metrics, MetricValues timings)
    {
        _metrics.Append(step, metrics);
        _timings.Append(step, timings);
        _board.Append(step, metrics.Concat(timings));
        // Whoever watches the files sees the step; the disk itself waits for a checkpoint.
        _metrics.Flush(toDisk: false);
        _timings.Flush(toDisk: false);
        _samples.Flush(toDisk: false);
        _board.Flush(toDisk: false);
    }

    public void Sample(SampleRecord sample) => _samples.Append(sample);

    public void Evaluation(long step, MetricValues values)
    {
        _board.Append(step, values);
        _board.Flush(toDisk: false);
    }

    /// <summary>Everything is on the disk afterwards; the lengths by file name.</summary>
    public SortedDictionary<string, long> Commit()
    {
        _metrics.Flush();
        _timings.Flush();
        _samples.Flush();
        _board.Flush();
        return new SortedDictionary<string, long>(StringComparer.Ordinal)
        {
            [MetricsStream.MetricsFile] = _metrics.Length,
            [MetricsStream.TimingsFile] = _timings.Length,
            [SampleStore.FileName] = _samples.Length,
            [TensorBoardWriter.FileName] = _board.Length,
        };
    }

    /// <summary>Cuts every stream back to what a checkpoint recorded; to nothing without one.</summary>
    public void TruncateTo(IReadOnlyDictionary<string, long>? offsets)
    {
        _metrics.TruncateTo(Of(MetricsStream.MetricsFile));
        _timings.TruncateTo(Of(MetricsStream.TimingsFile));
        _samples.TruncateTo(Of(SampleStore.FileName));
        _board.TruncateTo(Of(TensorBoardWriter.FileName));

        long Of(string name) => offsets?.GetValueOrDefault(name) ?? 0;
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _timings.Dispose();
        _samples.Dispose();
        _board.Dispose();
    }
}
