using System.Globalization;
using Deliberate.Core;
using Deliberate.Studies;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Shows a study on a <see cref="IProgressView"/>: which chapter of how many and the time left, then the chapter's own runs.</summary>
internal sealed class StudyProgressView(IProgressView view) : StudyObserver
{
    public override void ChapterStarted(string name, string about, int number, int count, TimeSpan left) =>
        view.Note(string.Create(CultureInfo.InvariantCulture, $"Chapter {number} of {count}, {name}: {about}; about {Quantity.Duration(left)} left"));

    public override IRunObserver Run(string name) => new RunProgress(view, name);
}
