using System.Globalization;
using Deliberate.Core;
using Deliberate.Studies;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Shows an experiment on a <see cref="IProgressView"/>: which cell of how many and the time left, then the cell's own stages and tests.</summary>
internal sealed class ExperimentProgress(IProgressView view) : ExperimentObserver
{
    private string _place = "";

    public override void CellStarted(ExperimentCell cell, int number, int count, TimeSpan? left)
    {
        _place = string.Create(CultureInfo.InvariantCulture, $"{number}/{count}");
        view.Note($"{_place}: {cell.Title}{(left is { } wait ? $"; about {Quantity.Duration(wait)} left" : "")}");
    }

    public override IRunObserver Run(ExperimentCell cell) => new RunProgress(view, $"{_place} {cell.Name}");

    public override void TestStarted(ExperimentCell cell, CellTest test, int problems) => view.Begin($"{_place} {cell.Name}: {Name(test)}", problems, unit: "problems");

    public override void Tested(int problems) => view.Advance(problems, "");

    public override void TestDone(ExperimentCell cell, CellTest test, int right, int problems)
    {
        view.End();
        view.Note(string.Create(CultureInfo.InvariantCulture, $"{_place} {cell.Name}: {Name(test)}: {right} of {problems} right"));
    }

    private static string Name(CellTest test) => test.Deeper ? $"{test.Family}, deeper" : test.Family;
}
