using System.Diagnostics;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>
/// One run folder as it is written: metrics are read on as they come; evaluations, alarms and state anew where their files changed,
/// and not so often that the reading would take a noticeable part of the machine from the training. Locks nothing.
/// </summary>
internal sealed class LiveRun(string folder) : IDisposable
{
    /// <summary>Reading everything anew may take at most this part of the time.</summary>
    private const int MostBusy = 10;

    private readonly SemaphoreSlim _one = new(1);
    private readonly RunFolder _files = new(folder);
    private MetricCurves? _curves;
    private string _stamp = "";
    private long _readAt;
    private TimeSpan _rest;
    private RunView _view = new() { Version = 0 };

    public string Folder => folder;

    /// <summary>As it was last read; version 0 before it was.</summary>
    public RunView View => Volatile.Read(ref _view);

    /// <summary>Looks for what has changed.</summary>
    /// <returns>Whether anything has.</returns>
    public async Task<bool> ReadAsync(CancellationToken cancellation = default)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            return await Task.Run(Read, cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private bool Read()
    {
        var before = View;
        if (!Directory.Exists(folder))
        {
            if (before is { Version: > 0, IsGone: true }) return false;
            (_curves, _stamp) = (null, "");
            return Show(before with { IsGone = true, Problem = $"{folder} is gone: it was moved or deleted." });
        }

        try
        {
            var grew = _curves?.Read() ?? false;
            var stamp = RunStamp.Of(_files);
            var isDue = before.Version == 0 || before.IsGone || Stopwatch.GetElapsedTime(_readAt) >= _rest;
            if (isDue && (stamp != _stamp || before.IsGone)) return ReadAll(stamp);
            return grew && Show(before with { Metrics = _curves!.Records(), Problem = _curves.Damage?.Message });
        }
        catch (UserError error)
        {
            return before.Problem != error.Message && Show(before with { Problem = error.Message, IsGone = false });
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            // Deleted while it was being read; the next look says so.
            return false;
        }
    }

    private bool ReadAll(string stamp)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            var evidence = RunEvidence.Read(folder);
            var health = RunHealth.Of(_files, evidence.Recipe);
            _curves ??= new MetricCurves(_files, evidence.Recipe);
            _curves.Read();
            return Show(new RunView
            {
                Version = 0,
                Overview = RunOverview.Of(evidence, health),
                Evidence = evidence,
                Metrics = _curves.Records(),
                Alarms = [.. health.Rung],
                Watched = health.Watched,
                Problem = _curves.Damage?.Message,
            });
        }
        finally
        {
            _stamp = stamp;
            _readAt = Stopwatch.GetTimestamp();
            _rest = clock.Elapsed * MostBusy;
        }
    }

    private bool Show(RunView view)
    {
        Volatile.Write(ref _view, view with { Version = View.Version + 1 });
        return true;
    }
}
