namespace Deliberate.Cli;

/// <summary>Tells a view how far monitors are: as a count so far, or one by one.</summary>
internal sealed class MonitorProgress(IProgressView view, bool oneByOne = false) : IProgress<int>
{
    private readonly Lock _one = new();
    private int _done;

    public void Report(int value)
    {
        lock (_one) view.Advance(_done = oneByOne ? _done + value : value, "");
    }
}
