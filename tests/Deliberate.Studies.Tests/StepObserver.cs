using Deliberate.Training;

namespace Deliberate.Studies.Tests;

/// <summary>Is told of every step of a run.</summary>
internal sealed class StepObserver(Action step) : RunObserver
{
    public override void StepDone(RunStage stage, int done, int steps, IReadOnlyList<KeyValuePair<string, double>> metrics, IReadOnlyList<KeyValuePair<string, double>> timings) => step();
}
