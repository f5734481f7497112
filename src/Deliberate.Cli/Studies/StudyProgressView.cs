using System.Globalization;
using Deliberate.Core;
using Deliberate.Studies;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Shows a study on a <see cref="IProgressView"/>: which chapter of how many and the time left, then the chapter's own runs.</summary>
/// <param name="view">Shows it.</param>
/// <param name="page">The study's page, where it is worth a look as soon as a chapter is done.</param>
/// <param name="fits">Says what to ask for instead where all takes so many times as long as planned.</param>
internal sealed class StudyProgressView(IProgressView view, string? page = null, Func<double, string>? fits = null) : StudyObserver
{
    /// <summary>Told again only where it is this much worse.</summary>
    private const double Worse = 1.2;

    private double _told;

    public override void ChapterStarted(string name, string about, int number, int count, TimeSpan left) =>
        view.Note(string.Create(CultureInfo.InvariantCulture, $"Chapter {number} of {count}, {name}: {about}; about {Quantity.Duration(left)} left"));

    public override void ChapterDone(string name, IReadOnlyList<string> findings)
    {
        if (page is null) return;
        view.End();
        foreach (var finding in findings) view.Note($"{name}: {finding}");
        view.Note($"{name} is done: its part of the page can be read now, {page}");
    }

    public override void Slower(double factor, TimeSpan left)
    {
        if (factor < _told * Worse) return;
        _told = factor;
        view.Note(string.Create(CultureInfo.InvariantCulture, $"This takes {factor:0.0} times as long as planned for two cores: the machine is slower, or other programs use it. About {Quantity.Duration(left)} left.{fits?.Invoke(factor)}"));
    }

    public override IRunObserver Run(string name) => new RunProgress(view, name);
}
