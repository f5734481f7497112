namespace Deliberate.Models;

/// <summary>Where the samples of a <see cref="DecodingLoop"/> go; called between its passes, on the thread that steps it.</summary>
internal interface IDecodingSink
{
    /// <summary>Each of these drew a token, its last.</summary>
    void Drawn(ReadOnlySpan<SampleSlot> slots);

    /// <summary>A sample is over (finished, failed, or cancelled), and its slot about to be free.</summary>
    void Ended(SampleSlot slot);

    /// <summary>A prompt was cancelled before all of its samples had a slot; the others never will.</summary>
    void Dropped(DecodingPrompt prompt)
    {
    }

    /// <summary>A text has been read with its head, or was cancelled.</summary>
    void Read(DecodingReading reading)
    {
    }
}
