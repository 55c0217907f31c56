"""The routes of the page of a house, in the columns of `tests/routes.py`."""

HOUSE = """\
GET  /mon-etablissement                                     302 403 403 403 403 403 403 403 200 403 403 403 403
GET  /mon-etablissement/recontact                           302 403 403 403 403 403 403 403 200 403 403 403 403
POST /mon-etablissement/recontact                           401 403 403 403 403 403 403 403 422 403 403 403 403
GET  /mon-etablissement/pas-de-suite                        302 403 403 403 403 403 403 403 200 403 403 403 403
POST /mon-etablissement/pas-de-suite                        401 403 403 403 403 403 403 403 302 403 403 403 403
GET  /mon-etablissement/a-qui-s-adresser                    302 403 403 403 403 403 403 403 200 403 403 403 403
GET  /organisme/coordonnees                                 302 403 403 403 403 403 403 403 403 403 403 200 403
POST /organisme/coordonnees                                 401 403 403 403 403 403 403 403 403 403 403 409 403
GET  /mon-etablissement/equipes                             302 403 403 403 403 403 403 403 200 403 403 403 403
GET  /mon-etablissement/equipes/nouvelle                    302 403 403 403 403 403 403 403 200 403 403 403 403
POST /mon-etablissement/equipes/nouvelle                    401 403 403 403 403 403 403 403 422 403 403 403 403
GET  /mon-etablissement/equipes/{voice}                     302 403 403 403 403 403 403 403 200 403 403 403 403
GET  /mon-etablissement/equipes/{far_voice}                 302 403 403 403 403 403 403 403 404 403 403 403 403
POST /mon-etablissement/equipes/{voice}                     401 403 403 403 403 403 403 403 422 403 403 403 403
POST /mon-etablissement/equipes/999999/retrait              401 403 403 403 403 403 403 403 404 403 403 403 403
POST /mon-etablissement/demande/retrait                     401 403 403 403 403 403 403 403 302 403 403 403 403
GET  /mon-etablissement/personnes                           302 403 403 403 403 403 403 403 200 403 403 403 403
GET  /mon-etablissement/personnes/inviter                   302 403 403 403 403 403 403 403 200 403 403 403 403
POST /mon-etablissement/personnes/inviter                   401 403 403 403 403 403 403 403 422 403 403 403 403
POST /mon-etablissement/personnes/999999/invitation         401 403 403 403 403 403 403 403 404 403 403 403 403
POST /mon-etablissement/personnes/999999/retrait            401 403 403 403 403 403 403 403 404 403 403 403 403
GET  /mon-etablissement/personnes/999999/passation          302 403 403 403 403 403 403 403 404 403 403 403 403
POST /mon-etablissement/personnes/999999/passation          401 403 403 403 403 403 403 403 404 403 403 403 403
GET  /mon-etablissement/barometre                           302 404 404 404 404 404 403 403 200 404 403 403 404
GET  /mon-etablissement/barometre/2026-10                   302 403 403 403 403 403 403 403 200 403 403 403 403
POST /mon-etablissement/barometre/2026-10                   401 403 403 403 403 403 403 403 302 403 403 403 403
GET  /mon-etablissement/barometre/couts                     302 403 403 403 403 403 403 403 200 403 403 403 403
POST /mon-etablissement/barometre/couts                     401 403 403 403 403 403 403 403 409 403 403 403 403
POST /mon-etablissement/barometre/rappel                    401 403 403 403 403 403 403 403 302 403 403 403 403
GET  /mon-etablissement/barometre/fichier                   302 403 403 403 403 403 403 403 200 403 403 403 403
POST /mon-etablissement/barometre/fichier                   401 403 403 403 403 403 403 403 422 403 403 403 403
GET  /mon-etablissement/barometre/modele.xlsx               302 404 404 404 404 404 403 403 200 404 403 403 404
GET  /mon-etablissement/barometre/mois.xlsx                 302 404 404 404 404 404 403 403 200 404 403 403 404
GET  /mon-etablissement/barometre/synthese.pdf              302 404 404 404 404 404 403 403 200 404 403 403 404
GET  /mon-etablissement/barometre/partage                   302 403 403 403 403 403 403 403 200 403 403 403 403
POST /mon-etablissement/barometre/partage                   401 403 403 403 403 403 403 403 422 403 403 403 403
GET  /mon-etablissement/barometre/partages/{barometer_share} 302 404 200 200 404 404 403 403 404 404 403 403 404
POST /mon-etablissement/barometre/partages/{barometer_share}/retrait 401 403 403 403 403 403 403 403 302 403 403 403 403
GET  /auto-diagnostic/date                                  302 403 403 403 403 403 403 403 200 403 403 403 403
POST /auto-diagnostic/date                                  401 403 403 403 403 403 403 403 422 403 403 403 403
POST /auto-diagnostic/date/arret                            401 403 403 403 403 403 403 403 302 403 403 403 403
GET  /dossiers/{case}/date-auto-diagnostic                  302 200 403 403 403 403 403 403 403 403 403 403 404
POST /dossiers/{case}/date-auto-diagnostic                  401 422 403 403 403 403 403 403 403 403 403 403 404
"""
