using System.Runtime.InteropServices;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>How the loop draws: every worker a share of the samples in flight, each from its own logits, options and random stream.</summary>
internal sealed partial class DecodingLoop
{
    /// <summary>A token for each live row that is not cancelled.</summary>
    private sealed class ChooseJob(DecodingLoop loop) : ParallelJob
    {
        private readonly TokenChooser[] _choosers = [.. Enumerable.Range(0, loop._model.Device.Workers.Count).Select(_ => new TokenChooser(loop._model.Configuration.VocabularySize))];

        private readonly List<RowNeed> _needs = [];

        public void Run()
        {
            if (loop._head.TakesRowsAtOnce) Take();
            loop._model.Device.Workers.Run(this);
        }

        public override void Execute(int worker)
        {
            var (begin, end) = new Share(worker, _choosers.Length).Of(loop._liveCount);
            for (var row = begin; row < end; row++)
                if (!loop._live[row].IsOver) Choose(row, _choosers[worker]);
        }

        /// <summary>Brings over what choosing needs of all rows, those of guesses among them, at once.</summary>
        private void Take()
        {
            _needs.Clear();
            for (var i = 0; i < loop._liveCount; i++)
            {
                var slot = loop._live[i];
                var need = RowNeed.Of(slot.Prompt!.Options, slot.IsConstrained || slot.Prompt.Request.Alternatives is > 0);
                for (var ahead = 0; ahead <= slot.Drafted; ahead++) _needs.Add(need);
            }

            loop._head.Take(CollectionsMarshal.AsSpan(_needs));
        }

        private void Choose(int row, TokenChooser chooser)
        {
            var slot = loop._live[row];
            slot.Drawn = 0;
            try
            {
                // The row of a token that was guessed counts if the token before it is the one that was drawn.
                for (var ahead = 0; ; ahead++)
                    if (!Draw(slot, row + ahead, chooser) || ahead == slot.Drafted || slot.Tokens[^1] != slot.Draft[ahead]) return;
            }
            catch (Exception error)
            {
                // What went wrong with one sample is its own, not its neighbours'.
                slot.Failure = error;
            }
        }

        /// <summary>One token; false where the sample is over.</summary>
        private bool Draw(SampleSlot slot, int row, TokenChooser chooser)
        {
            var output = CollectionsMarshal.AsSpan(slot.Tokens);
            var allowed = slot.Allowed(output);
            if (allowed.IsNone)
            {
                slot.End();
                return false;
            }

            var token = loop._head.Choose(row, slot.Prompt!.Options, new TokenHistory(slot.Prompt.Request.Prompt, output), slot.Uniform, chooser, allowed);
            if (token.IsNone)
            {
                slot.Failure = ChosenToken.NotFinite();
                return false;
            }

            if (slot.Prompt.Request.Alternatives is > 0 and var count) slot.Alternatives.Add(loop._head.MostLikely(row, count, token, chooser));
            slot.Append(token);
            slot.Drawn++;
            return !slot.IsOver;
        }
    }
}
