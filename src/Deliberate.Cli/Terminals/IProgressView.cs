namespace Deliberate.Cli;

/// <summary>Shows how work advances, stage by stage: a live bar on a terminal, plain lines elsewhere.</summary>
internal interface IProgressView
{
    /// <summary>A stage begins and the one before ends.</summary>
    /// <param name="name">What is done: "arithmetic: supervised".</param>
    /// <param name="done">Steps done before, of a resumed run.</param>
    /// <param name="unit">What is counted.</param>
    void Begin(string name, long total, long done = 0, string unit = "steps");

    /// <param name="detail">What it measured: "loss 0.31".</param>
    void Advance(long done, string detail);

    /// <summary>A line that stays.</summary>
    void Note(string text);

    /// <summary>The last stage ends.</summary>
    void End();
}
