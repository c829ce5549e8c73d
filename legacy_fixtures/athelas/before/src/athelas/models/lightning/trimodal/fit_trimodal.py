# cd here, python fit_trimodal.py --model all --out runs/tri
import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", ".."))

import torch
from pl_trimodal_bert import TrimodalBert, TrimodalConfig
from pl_trimodal_cross_attn import TrimodalCrossAttentionBert
from pl_trimodal_gate_fusion import TrimodalGateFusionBert

from athelas.models.lightning import pl_utils
from athelas.models.lightning.pl_data import HashTokenizer, MessageDataset, make_rows, split

MODELS = {
    "bert": TrimodalBert,
    "cross_attn": TrimodalCrossAttentionBert,
    "gate_fusion": TrimodalGateFusionBert,
}


def fit(kind, args):
    pl_utils.fix_seeds(args.seed)
    tok = HashTokenizer(args.n_vocab, 48)
    train_rows, valid_rows = split(make_rows(args.rows, args.seed))
    config = TrimodalConfig(
        n_vocab=args.n_vocab,
        n_embed=args.n_embed,
        n_layer=1,
        n_head=4,
        n_common=args.n_embed,
        max_positions=48,
        share_encoder=args.share_encoder,
        lr=args.lr,
    )
    model = MODELS[kind](config)
    trainer = pl_utils.make_trainer(args.max_steps, clip=0.5)
    loader = pl_utils.make_loader(MessageDataset(train_rows, tok), "trimodal", args.batch_size, seed=args.seed)
    valid = pl_utils.make_loader(MessageDataset(valid_rows, tok), "trimodal", args.batch_size)
    trainer.fit(model, loader)
    print("trimodal %s loss %.4f" % (kind, trainer.callback_metrics["loss"]))
    trainer.validate(model, valid, verbose=False)
    if args.out:
        name = "trimodal_" + kind
        path = pl_utils.save_model(model, args.out, name)
        model.load_state_dict(torch.load(path, weights_only=True))
        scores, _ = pl_utils.predict_scores(model, valid)
        print(name, "highest score", "%.4f" % max(scores))
        # whole, for the service. Without the trainer, which cannot be pickled
        model.trainer = None
        torch.save(model, os.path.join(args.out, name + "_model.pt"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", choices=[*MODELS, "all"], default="all")
    parser.add_argument("--max-steps", type=int, default=8)
    parser.add_argument("--rows", type=int, default=64)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--n-vocab", type=int, default=1000)
    parser.add_argument("--n-embed", type=int, default=32)
    parser.add_argument("--share-encoder", action="store_true")
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--out")
    args = parser.parse_args()
    for kind in MODELS if args.model == "all" else [args.model]:
        fit(kind, args)
