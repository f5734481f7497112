namespace Deliberate.Models;

/// <summary>
/// A token that is found in the raw text before anything else happens, and that the model never splits: markers of chat
/// formats, of reasoning, of the end of a text.
/// </summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">The text that stands for it.</param>
/// <param name="Special">Left out when decoding with special tokens skipped.</param>
/// <param name="Normalized">Looked for in the normalized text, in its own normalized form.</param>
/// <param name="SingleWord">Found only where no word character touches it.</param>
/// <param name="LeftStrip">Takes the white space on its left with it.</param>
/// <param name="RightStrip">Takes the white space on its right with it.</param>
public sealed record AddedToken(
    int Id, string Content, bool Special = false, bool Normalized = false, bool SingleWord = false, bool LeftStrip = false, bool RightStrip = false);
