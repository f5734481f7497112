namespace Deliberate.Benchmarks;

/// <summary>One run of one side.</summary>
/// <param name="Figure">In the row's unit.</param>
/// <param name="CpuSeconds">Of the whole process; for as many tokens by its measured steps alone, where every side of the row says what those took.</param>
/// <param name="Tokens">That the whole process worked on; null where a work has none.</param>
/// <param name="Instructions">Retired by the whole process; null where they are not counted.</param>
internal sealed record ComparedRun(double Figure, double CpuSeconds, double PeakMegabytes, double? Tokens, double? Instructions);

/// <summary>A side's runs of one row, in the order of the rounds.</summary>
/// <param name="Missing">Why there are none or too few.</param>
internal sealed record ComparedSide(string Name, ComparedRun[] Runs, string? Missing = null)
{
    public double? Figure => Median(r => r.Figure);

    public double? PeakMegabytes => Median(r => r.PeakMegabytes);

    /// <summary>Processor time in microseconds a token, or in seconds a process where the work has no tokens.</summary>
    public double? Cpu => Median(r => r.Tokens is { } tokens ? r.CpuSeconds / tokens * 1e6 : r.CpuSeconds);

    public bool HasTokens => Runs.All(r => r.Tokens is not null);

    /// <summary>Thousands of instructions a token; null where they or the tokens are not counted.</summary>
    public double? KiloInstructions => Runs.All(r => r.Tokens is not null && r.Instructions is not null) ? Median(r => r.Instructions!.Value / r.Tokens!.Value / 1e3) : null;

    /// <summary>Null where nothing ran.</summary>
    private double? Median(Func<ComparedRun, double> value) => Runs.Length > 0 ? ComparedRow.Median(Runs.Select(value)) : null;
}

/// <summary>How many times as fast as a peer we are, over the rounds.</summary>
/// <param name="ByCpu">The same by processor time a token, of the medians; null where the work has no tokens.</param>
internal sealed record ComparedRatio(string Peer, double Min, double Median, double Max, double? ByCpu);

/// <summary>A row of the table: ours and every peer at one work, in turn. The ratio to the better peer decides.</summary>
/// <param name="MostMegabytes">That we may use; null for no limit.</param>
/// <param name="Peers">All, those that are missing too.</param>
/// <param name="Ratios">To each peer that ran.</param>
internal sealed record ComparedRow(string Work, double Target, string Unit, double? MostMegabytes, ComparedSide Ours, ComparedSide[] Peers, ComparedRatio[] Ratios)
{
    /// <summary>Of the peer that we are least ahead of; null where none ran.</summary>
    public ComparedRatio? Better => Ratios.MinBy(r => r.Median);

    /// <summary>Whether the target is reached; null where there was no peer to say.</summary>
    public bool? IsReached => Better is { } better ? better.Median >= Target && !IsOverMemory : null;

    public bool IsOverMemory => Ours.PeakMegabytes > MostMegabytes;

    /// <summary>Of ours and every peer's runs, which stand in the order of the rounds.</summary>
    public static ComparedRow Of(ComparedFigure figure, double? mostMegabytes, ComparedSide ours, ComparedSide[] peers) =>
        new(figure.Name, figure.Target, figure.Unit, mostMegabytes, ours, peers, [.. peers.Where(p => p.Missing is null && p.Runs.Length == ours.Runs.Length).Select(p => RatioTo(p, figure, ours))]);

    /// <summary>The upper one of the two in the middle where their number is even.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static ComparedRatio RatioTo(ComparedSide peer, ComparedFigure figure, ComparedSide ours)
    {
        double[] all = [.. ours.Runs.Zip(peer.Runs, (a, b) => figure.Ratio(a.Figure, b.Figure))];
        // Seconds of processes that do different numbers of repeats cannot be held against each other.
        var comparable = ours.HasTokens && peer.HasTokens && ours.Cpu > 0;
        return new ComparedRatio(peer.Name, all.Min(), Median(all), all.Max(), comparable ? peer.Cpu / ours.Cpu : null);
    }
}
