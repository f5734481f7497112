using Deliberate.Core;
using Spectre.Console;

namespace Deliberate.Cli;

/// <summary>Progress as one live bar a stage, with rate, time left and the latest measurements.</summary>
internal sealed class LiveProgressView(ProgressContext context, TimeProvider time) : IProgressView
{
    public const int BarWidth = 16;

    /// <summary>The bar, the percentage and the space between.</summary>
    private const int BesideText = BarWidth + 8;

    private ProgressTask? _task;
    private RateMeter? _meter;
    private string _name = "", _unit = "";
    private long _first;

    public void Begin(string name, long total, long done = 0, string unit = "steps")
    {
        End();
        _unit = unit;
        _name = name;
        _first = done;
        _meter = new RateMeter(time, total - done);
        _task = context.AddTask(Markup.Escape(name), maxValue: Math.Max(1, total));
        _task.Value = done;
    }

    public void Advance(long done, string detail)
    {
        if (_meter is null || _task is null) return;
        _meter.Update(done - _first);
        _task.Value = done;
        var left = _meter.Left is { } wait && _meter.Done < _meter.Total ? $", {Quantity.Duration(wait)} left" : "";
        var rest = detail.Length > 0 ? $", {detail}" : "";
        var text = $"{_name} {done}/{_meter.Total + _first}{left}, {Quantity.Rate(_meter.Rate, _unit)}{rest}";
        // One line a stage: what is least needed falls off a narrow terminal.
        var room = Math.Max(20, Terminal.Progress.Profile.Width - BesideText);
        _task.Description = Markup.Escape(text.Length <= room ? text : text[..room]);
    }

    public void Note(string text) => Terminal.Progress.WriteLine(text);

    public void End()
    {
        if (_task is { IsFinished: false } task && _meter is { } meter && meter.Done >= meter.Total) task.StopTask();
        _task = null;
        _meter = null;
    }
}
