using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>
/// Progress as lines for a log: the first and the last step of a stage, and one now and then between, with rate and time left.
/// </summary>
internal sealed class PlainProgressView(TextWriter output, TimeProvider time) : IProgressView
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private string _name = "", _unit = "";
    private RateMeter? _meter;
    private long _written;
    private long _first;
    private string _detail = "";
    private bool _pending;

    public void Begin(string name, long total, long done = 0, string unit = "steps")
    {
        End();
        _unit = unit;
        _name = name;
        _first = done;
        _meter = new RateMeter(time, total - done);
        _written = time.GetTimestamp();
        output.WriteLine($"{name}: {(done > 0 ? $"{done} of {total} {unit} are done" : $"{total} {unit}")}");
    }

    public void Advance(long done, string detail)
    {
        if (_meter is null) return;
        _meter.Update(done - _first);
        _detail = detail;
        _pending = true;
        if (_meter.Done >= _meter.Total || time.GetElapsedTime(_written) >= Pause) Write();
    }

    public void Note(string text) => output.WriteLine(text);

    public void End()
    {
        if (_pending) Write();
        _meter = null;
    }

    private void Write()
    {
        _pending = false;
        _written = time.GetTimestamp();
        var left = _meter!.Done < _meter.Total && _meter.Left is { } wait ? $", {Quantity.Duration(wait)} left" : "";
        var detail = _detail.Length > 0 ? $", {_detail}" : "";
        output.WriteLine($"{_name}: {_meter.Done + _first}/{_meter.Total + _first}{detail}, {Quantity.Rate(_meter.Rate, _unit)}{left}");
    }
}
